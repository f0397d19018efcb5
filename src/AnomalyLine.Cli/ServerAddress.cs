using AnomalyLine.Management.Access;

namespace AnomalyLine.Cli;

/// <summary>Where a server is, and what lets this program in.</summary>
/// <param name="Uri">Its gRPC address.</param>
/// <param name="Key">The key that was given; null for none.</param>
/// <param name="Authority">File of the authority (PEM) that the server's certificate is from, where the system does not know it; null for none.</param>
internal sealed record ServerAddress(Uri Uri, string? Key, string? Authority)
{
    /// <summary>File of the certificate (PEM) that proves this program; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>File of its private key; null where it is in the same one.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>
    /// The key to send: the one that was given, else, without a certificate, that of the server of this account on this machine, which changes when that server starts again; null for none.
    /// </summary>
    public string? CurrentKey => Key ?? (Certificate is null && Uri.IsLoopback ? LocalKey.Find(Uri.Port) : null);

    /// <summary>For people, as --help shows a default: the address, and never the key.</summary>
    public override string ToString() => Uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
