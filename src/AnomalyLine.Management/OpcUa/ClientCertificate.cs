namespace AnomalyLine.Management.OpcUa;

/// <summary>A certificate that showed itself to the OPC UA gateway.</summary>
/// <param name="Name">Common name of its subject: anyone may choose it.</param>
/// <param name="Thumbprint">SHA-1 of the certificate, 40 upper-case hex digits.</param>
/// <param name="IsTrusted">Whether the gateway lets it in; else it waits for trust.</param>
/// <param name="ValidUntil">End of its validity (UTC).</param>
/// <param name="File">Where it lies.</param>
public sealed record ClientCertificate(string Name, string Thumbprint, bool IsTrusted, DateTime ValidUntil, string File)
{
    /// <summary>Its whole subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The application that it is of; empty where it says none.</summary>
    public string ApplicationUri { get; init; } = "";

    /// <summary>Begin of its validity (UTC).</summary>
    public required DateTime ValidFrom { get; init; }

    /// <summary>The gateway's last refusal of it; null where there was none.</summary>
    public ClientRefusal? Refusal { get; init; }
}
