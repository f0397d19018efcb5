using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Options;

/// <summary>Where the audit is forwarded to. Section "AnomalyLine:Syslog".</summary>
internal sealed record SyslogOptions
{
    /// <summary>Name or address of the collector. Default none: nothing is forwarded.</summary>
    public string? Host { get; init; }

    /// <summary>Its port, 1..65535. Default 6514 with TLS, 601 with TCP, 514 with UDP.</summary>
    public int? Port { get; init; }

    /// <summary>How messages get there. Default TLS.</summary>
    public SyslogTransport Transport { get; init; }

    /// <summary>The authority that the collector's certificate must come from, PEM; default: those that this machine trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>The certificate that this server shows to the collector, PEM; default: none.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key, PEM without a password.</summary>
    public string? Key { get; init; }

    /// <summary>Whether there is a collector.</summary>
    public bool Enabled => !string.IsNullOrWhiteSpace(Host);

    /// <summary>The port that is used.</summary>
    public int UsedPort => Port ?? Transport switch { SyslogTransport.Tls => 6514, SyslogTransport.Tcp => 601, _ => 514 };

    /// <summary>Certificates of the authority; null for those that this machine trusts.</summary>
    public X509Certificate2Collection? LoadAuthority()
    {
        if (Authority is null) return null;
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(Authority);
        return certificates;
    }

    /// <summary>What this server shows; null for nothing.</summary>
    public X509Certificate2? LoadCertificate() => Certificate is null ? null : X509Certificate2.CreateFromPemFile(Certificate, Key);

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enabled) yield break;
        if (UsedPort is < 1 or > 65535) yield return $"Port is {UsedPort}; use 1..65535.";
        if (Transport is not SyslogTransport.Tls && (Authority ?? Certificate) is not null) yield return $"Authority and Certificate are for TLS; Transport is {Transport}.";
        if (Certificate is null != Key is null) yield return "Certificate and Key go together; set both, or none.";
        else if (TryRead() is { } unreadable) yield return unreadable;
    }

    private string? TryRead()
    {
        try
        {
            LoadAuthority();
            using var certificate = LoadCertificate();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"Authority, Certificate or Key cannot be read: {failure.Message}";
        }
    }
}
