using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Access;

/// <summary>The certificate that a caller showed when the connection began, whose private key TLS has proved. Whether it lets anybody in is decided with each call, by the lists of revocation of then.</summary>
internal sealed class ShownCertificate
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly string _fault;
    private readonly IReadOnlyList<X509Certificate2> _path;
    private readonly Func<RevocationLists> _revocations;

    private ShownCertificate(X509Certificate2 certificate, string fault, IReadOnlyList<X509Certificate2> path, Func<RevocationLists> revocations)
    {
        (Certificate, _fault, _path, _revocations) = (certificate, fault, path, revocations);
        Until = new DateTimeOffset(certificate.NotAfter);
    }

    /// <summary>It.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>When it expires.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Whether an authority that is trusted for clients signed it, for this use.</summary>
    public bool IsFromAuthority => _path.Count > 0;

    /// <summary>Why it proves nothing; empty where it may.</summary>
    public string Fault => _fault.Length > 0 ? _fault : RevocationFault;

    /// <summary>Why it proves nothing any more, or for want of a list of revocation; empty where it may.</summary>
    public string RevocationFault => _revocations().FaultOf(_path);

    /// <summary>Looks at a certificate.</summary>
    /// <param name="certificate">What the caller showed.</param>
    /// <param name="between">What the caller sent beside it, from it to an authority.</param>
    /// <param name="authorities">Whom the plant trusts for clients; empty for nobody.</param>
    /// <param name="revocations">The lists of revocation as they are now.</param>
    /// <param name="now">The moment.</param>
    public static ShownCertificate Of(X509Certificate2 certificate, X509Certificate2Collection between, X509Certificate2Collection authorities, Func<RevocationLists> revocations, DateTimeOffset now)
    {
        // An own copy: that of the handshake goes with it.
        var own = X509CertificateLoader.LoadCertificate(certificate.RawData);
        var uses = own.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages;
        var fault = now < new DateTimeOffset(own.NotBefore) ? $"is not valid before {own.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
            : now > new DateTimeOffset(own.NotAfter) ? $"expired at {own.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC"
            : uses is not null && !uses.Cast<Oid>().Any(use => use.Value == ClientUse) ? "is not for clients: its extended key usage has no clientAuth"
            : "";
        return new ShownCertificate(own, fault, fault.Length == 0 ? PathOf(authorities, own, between, now) : [], revocations);
    }

    /// <summary>From it to the authority; empty where it comes from none that is trusted.</summary>
    private static X509Certificate2[] PathOf(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Certificate2Collection between, DateTimeOffset now)
    {
        if (authorities.Count == 0) return [];
        using var chain = new X509Chain();
        // Whatever addresses a stranger's certificate names, nothing is fetched from there.
        chain.ChainPolicy = Policy(authorities, now);
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return chain.Build(certificate) ? [.. chain.ChainElements.Select((element, index) => index == 0 ? certificate : X509CertificateLoader.LoadCertificate(element.Certificate.RawData))] : [];
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
