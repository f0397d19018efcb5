using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Access;

/// <summary>The certificate that a caller showed when the connection began, whose private key TLS has proved. Whether it lets anybody in is decided with each call.</summary>
/// <param name="Certificate">It.</param>
/// <param name="IsFromAuthority">Whether an authority that is trusted for clients signed it, for this use.</param>
/// <param name="Fault">Why it proves nothing; empty where it may.</param>
internal sealed record ShownCertificate(X509Certificate2 Certificate, bool IsFromAuthority, string Fault)
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>When it expires.</summary>
    public DateTimeOffset Until => new(Certificate.NotAfter);

    /// <summary>Looks at a certificate.</summary>
    /// <param name="certificate">What the caller showed.</param>
    /// <param name="between">What the caller sent beside it, from it to an authority.</param>
    /// <param name="authorities">Whom the plant trusts for clients; empty for nobody.</param>
    /// <param name="now">The moment.</param>
    public static ShownCertificate Of(X509Certificate2 certificate, X509Certificate2Collection between, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        // An own copy: that of the handshake goes with it.
        var own = X509CertificateLoader.LoadCertificate(certificate.RawData);
        var uses = own.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages;
        var fault = now < new DateTimeOffset(own.NotBefore) ? $"is not valid before {own.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
            : now > new DateTimeOffset(own.NotAfter) ? $"expired at {own.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
            : uses is not null && !uses.Cast<Oid>().Any(use => use.Value == ClientUse) ? "is not for clients: its extended key usage has no clientAuth"
            : "";
        return new ShownCertificate(own, fault.Length == 0 && IsFrom(authorities, own, between, now), fault);
    }

    private static bool IsFrom(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Certificate2Collection between, DateTimeOffset now)
    {
        if (authorities.Count == 0) return false;
        using var chain = new X509Chain();
        // Whatever addresses a stranger's certificate names, nothing is fetched from there.
        chain.ChainPolicy = Policy(authorities, now);
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return chain.Build(certificate);
    }

    /// <summary>A policy that asks nobody elsewhere.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.LocalDateTime,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
