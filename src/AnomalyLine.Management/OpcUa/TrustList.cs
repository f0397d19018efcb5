using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace AnomalyLine.Management.OpcUa;

/// <summary>
/// The certificates of clients (or users) in the gateway's folder. Who may write the folder decides who is trusted; a running gateway sees a move at once.
/// </summary>
public sealed class TrustList
{
    private const int ShortestThumbprint = 8;
    private readonly string _trusted;
    private readonly string _rejected;
    private readonly string _refusals;

    /// <summary>Looks at a store.</summary>
    /// <param name="pki">Folder of the gateway's certificates; it must exist.</param>
    /// <param name="ofUsers">Certificates that users log in with, instead of those of clients.</param>
    /// <exception cref="TrustListException">There are no certificates of a gateway.</exception>
    public TrustList(string pki, bool ofUsers)
    {
        var store = ofUsers ? Path.Combine(pki, "users") : pki;
        _trusted = Path.Combine(store, "trusted", "certs");
        _rejected = Path.Combine(store, "rejected");
        _refusals = Path.Combine(store, "refusals.json");
        if (!Directory.Exists(_trusted))
            throw new TrustListException($"{pki} holds no certificates of an OPC UA gateway; name the folder that the gateway uses (the server's data folder, then 'pki') with --pki.");
    }

    /// <summary>All certificates, those that wait for trust first.</summary>
    public IReadOnlyList<ClientCertificate> Read()
    {
        var refusals = ReadRefusals();
        return [.. Read(_rejected, isTrusted: false, refusals), .. Read(_trusted, isTrusted: true, refusals)];
    }

    /// <summary>Lets a client in.</summary>
    /// <returns>It, and whether anything changed.</returns>
    /// <exception cref="TrustListException">No certificate, or more than one, has this thumbprint.</exception>
    public (ClientCertificate Certificate, bool Changed) Trust(string thumbprint) => Move(thumbprint, _rejected, _trusted);

    /// <summary>Keeps a client out that was let in; its connections are closed.</summary>
    /// <returns>It, and whether anything changed.</returns>
    /// <exception cref="TrustListException">No certificate, or more than one, has this thumbprint.</exception>
    public (ClientCertificate Certificate, bool Changed) Reject(string thumbprint) => Move(thumbprint, _trusted, _rejected);

    private static IEnumerable<ClientCertificate> Read(string folder, bool isTrusted, IReadOnlyDictionary<string, ClientRefusal> refusals)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (Load(file) is not { } certificate) continue;
            using (certificate)
                yield return new ClientCertificate(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), certificate.Thumbprint, isTrusted, certificate.NotAfter.ToUniversalTime(), file)
                {
                    Subject = certificate.Subject,
                    ApplicationUri = certificate.GetNameInfo(X509NameType.UrlName, forIssuer: false),
                    ValidFrom = certificate.NotBefore.ToUniversalTime(),
                    Refusal = refusals.GetValueOrDefault(certificate.Thumbprint),
                };
        }
    }

    private Dictionary<string, ClientRefusal> ReadRefusals()
    {
        try
        {
            var refusals = JsonSerializer.Deserialize<ClientRefusal[]>(File.ReadAllBytes(_refusals), JsonSerializerOptions.Web) ?? [];
            return refusals.DistinctBy(refusal => refusal.Thumbprint).ToDictionary(refusal => refusal.Thumbprint, StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            // The gateway has refused none yet, or an older one did.
            return [];
        }
    }

    private static X509Certificate2? Load(string file)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (CryptographicException)
        {
            // Not a certificate: the gateway does not take it for one either.
            return null;
        }
    }

    private (ClientCertificate Certificate, bool Changed) Move(string thumbprint, string from, string to)
    {
        var wanted = new string([.. thumbprint.Where(char.IsAsciiHexDigit)]);
        if (wanted.Length < ShortestThumbprint) throw new TrustListException($"'{thumbprint}' is too short; give at least {ShortestThumbprint} hex digits of the thumbprint.") { IsUsage = true };
        var fitting = Read().Where(certificate => certificate.Thumbprint.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        var different = fitting.DistinctBy(certificate => certificate.Thumbprint).Count();
        if (different == 0) throw new TrustListException($"No certificate has the thumbprint {thumbprint}; a client is listed after its first attempt to connect. See 'anomalyline opcua clients list'.");
        if (different > 1) throw new TrustListException($"{different} certificates begin with {thumbprint}; give more digits.") { IsUsage = true };
        var toMove = fitting.Where(certificate => string.Equals(Path.GetDirectoryName(certificate.File), from, StringComparison.Ordinal)).ToList();
        foreach (var certificate in toMove) File.Move(certificate.File, Path.Combine(to, Path.GetFileName(certificate.File)), overwrite: true);
        return (fitting[0] with { IsTrusted = to == _trusted }, toMove.Count > 0);
    }
}
