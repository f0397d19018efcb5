namespace AnomalyLine.Server.Options;

/// <summary>On which ports callers are asked for a certificate, which proves a machine in the place of a key.</summary>
internal enum ClientCertificates
{
    /// <summary>On none.</summary>
    Off,

    /// <summary>On that of gRPC: cameras and the command line.</summary>
    Grpc,

    /// <summary>On both, for scripts over REST too; browsers then ask people which certificate to show, if they have any.</summary>
    All,
}
