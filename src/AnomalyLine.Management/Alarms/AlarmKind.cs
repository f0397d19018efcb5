namespace AnomalyLine.Management.Alarms;

/// <summary>What an alarm is about. The names are part of the interface.</summary>
public enum AlarmKind
{
    /// <summary>A station does not judge, though nobody stopped it.</summary>
    NotReady = 1,

    /// <summary>No part has come to a station for longer than it is allowed to be silent.</summary>
    CameraSilent = 2,

    /// <summary>What a station sees is no longer what its model was calibrated on.</summary>
    Drift = 3,

    /// <summary>A training of a station's model failed.</summary>
    TrainingFailed = 4,

    /// <summary>Frames cannot be kept as samples.</summary>
    SamplesNotKept = 5,

    /// <summary>The disk of the data folder is nearly full.</summary>
    DiskLow = 6,

    /// <summary>The certificate of TLS expires soon, or has expired.</summary>
    CertificateExpires = 7,

    /// <summary>No OPC UA client can connect.</summary>
    GatewayAway = 8,
}
