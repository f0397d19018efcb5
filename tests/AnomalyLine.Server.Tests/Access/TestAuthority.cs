using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>An authority of certificates in a folder of its own.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1", ForClients = "1.3.6.1.5.5.7.3.2";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-authority-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private int _made;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=authority of the plant", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        File.WriteAllText(RootFile, _certificate.ExportCertificatePem());
    }

    /// <summary>Its own certificate, PEM.</summary>
    public string RootFile => System.IO.Path.Combine(_folder.FullName, "authority.pem");

    /// <summary>A list of revoked certificates, PEM, in the place of the one before.</summary>
    /// <param name="revoked">Files of certificates.</param>
    /// <param name="dueInDays">In how many days the next one is due.</param>
    public string Revoke(IEnumerable<string> revoked, int dueInDays = 1)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var file in revoked) list.AddEntry(X509CertificateLoader.LoadCertificateFromFile(file), DateTimeOffset.UtcNow.AddDays(-2), X509RevocationReason.KeyCompromise);
        var der = list.Build(_certificate, ++_made, DateTimeOffset.UtcNow.AddDays(dueInDays), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddDays(-2));
        var path = Path.Combine(_folder.FullName, "revoked.pem");
        File.WriteAllText(path + ".new", "This list is renewed each night.\n" + PemEncoding.WriteString("X509 CRL", der));
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    /// <summary>A certificate for 127.0.0.1 too, and its key, PEM.</summary>
    public (string Certificate, string Key) Issue(string subject, string? use = ForClients, int fromDays = -1, int untilDays = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        if (use is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        using var made = request.Create(_certificate, DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(untilDays), RandomNumberGenerator.GetBytes(8));
        var path = Path.Combine(_folder.FullName, $"{++_made}");
        File.WriteAllText(path + ".pem", made.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path + ".key", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (path + ".pem", path + ".key");
    }

    /// <summary>Trusts what it issued, and nothing else.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_certificate);
        return policy;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }
}
