using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Options;

/// <summary>TLS of both ports. Section "AnomalyLine:Tls".</summary>
internal sealed record TlsOptions
{
    /// <summary>The certificate with those that it follows from, PEM. Default none: no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key, PEM without a password.</summary>
    public string? Key { get; init; }

    /// <summary>On which ports callers are asked for a certificate. Default none.</summary>
    public ClientCertificates ClientCertificates { get; init; }

    /// <summary>The authorities whose certificates prove the subjects that keys are bound to, PEM. Default none: single certificates alone.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Lists of revoked certificates of these authorities (CRLs), PEM, or one in DER. Default none: nothing is looked up.</summary>
    public string? ClientRevocations { get; init; }

    /// <summary>Whether other accounts of this machine can read the private key.</summary>
    public bool IsKeyOpen => !OperatingSystem.IsWindows() && Key is not null && (File.GetUnixFileMode(Key) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;

    /// <summary>The authorities; empty for none.</summary>
    public X509Certificate2Collection LoadClientAuthorities()
    {
        var authorities = new X509Certificate2Collection();
        if (ClientAuthorities is not null) authorities.ImportFromPemFile(ClientAuthorities);
        return authorities;
    }

    /// <summary>The lists of revoked certificates.</summary>
    /// <exception cref="InvalidOptionsException">They cannot be read.</exception>
    public RevocationLists LoadClientRevocations() => TryLoadRevocations(out var lists) is { } error ? throw new InvalidOptionsException([error]) : lists;

    /// <summary>Whether the ports speak TLS.</summary>
    public bool Enabled => Certificate is not null;

    /// <summary>The certificate with its key.</summary>
    /// <exception cref="InvalidOptionsException">They cannot be read.</exception>
    public X509Certificate2 Load() => TryLoad(out var certificate) is { } error ? throw new InvalidOptionsException([error]) : certificate!;

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        if (Certificate is null != Key is null) yield return "Certificate and Key go together; set both, or none.";
        else if (Enabled && TryLoad(out _) is { } error) yield return error;
        if (!Enabled && (ClientCertificates is not ClientCertificates.Off || ClientAuthorities is not null)) yield return "ClientCertificates and ClientAuthorities need TLS; set Certificate and Key, too.";
        else if (ClientAuthorities is not null && TryLoadAuthorities() is { } unreadable) yield return unreadable;
        if (ClientRevocations is not null && ClientAuthorities is null) yield return "ClientRevocations are lists of ClientAuthorities; set these, too.";
        else if (TryLoadRevocations(out _) is { } unusable) yield return unusable;
    }

    private string? TryLoadAuthorities()
    {
        try
        {
            return LoadClientAuthorities().Count > 0 ? null : $"ClientAuthorities {ClientAuthorities} has no certificate.";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"ClientAuthorities {ClientAuthorities} cannot be read: {failure.Message}";
        }
    }

    private string? TryLoadRevocations(out RevocationLists lists)
    {
        lists = RevocationLists.Unasked;
        if (ClientRevocations is null) return null;
        try
        {
            lists = RevocationLists.Read(ClientRevocations);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"ClientRevocations {ClientRevocations} cannot be used: {failure.Message}";
        }
    }

    private string? TryLoad(out X509Certificate2? certificate)
    {
        certificate = null;
        try
        {
            certificate = X509Certificate2.CreateFromPemFile(Certificate!, Key);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"Certificate {Certificate} with Key {Key} cannot be used: {failure.Message}";
        }
    }
}
