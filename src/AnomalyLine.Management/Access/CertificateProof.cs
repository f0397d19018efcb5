using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Access;

/// <summary>How a machine proves itself with a certificate in the place of a key: by one certificate, or by a subject whose certificates an authority of the plant renews.</summary>
/// <param name="Thumbprint">SHA-256 of the one certificate, lower-case hexadecimal; empty for a subject.</param>
/// <param name="Subject">The subject, such as "CN=camera-1, O=Plant"; empty for one certificate.</param>
public sealed record CertificateProof(string Thumbprint, string Subject)
{
    private const string OneKind = "x509$", SubjectKind = "subject$";

    /// <summary>From what people give: a certificate, or a subject; never both.</summary>
    /// <param name="pem">A certificate in PEM form; empty for none.</param>
    /// <param name="subject">A subject; empty for none.</param>
    /// <returns>The proof, null where both are empty, or <see cref="LineErrorCode.InvalidAccount"/>.</returns>
    public static Outcome<CertificateProof?> Create(string pem, string subject)
    {
        ArgumentNullException.ThrowIfNull(pem);
        ArgumentNullException.ThrowIfNull(subject);
        if (pem.Length > 0 && subject.Length > 0) return Invalid("Give a certificate or a subject, not both.");
        try
        {
            if (pem.Length > 0)
            {
                using var certificate = X509Certificate2.CreateFromPem(pem);
                return new CertificateProof(ThumbprintOf(certificate), "");
            }

            return subject.Length > 0 ? new CertificateProof("", new X500DistinguishedName(subject).Name) : (CertificateProof?)null;
        }
        catch (CryptographicException failure)
        {
            return Invalid(pem.Length > 0 ? $"The certificate cannot be read: {failure.Message}" : $"\"{subject}\" is no subject, such as CN=camera-1: {failure.Message}");
        }
    }

    /// <summary>That of an account in the file of keys; null for one with a key.</summary>
    public static CertificateProof? Of(Account key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var proof = key.Secret.Split(':', 2)[0];
        return proof.StartsWith(OneKind, StringComparison.Ordinal) ? new CertificateProof(proof[OneKind.Length..], "")
            : proof.StartsWith(SubjectKind, StringComparison.Ordinal) ? new CertificateProof("", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(proof.AsSpan(SubjectKind.Length))))
            : null;
    }

    /// <summary>Whether a certificate is the one, or has the subject and is from an authority that is trusted for it.</summary>
    public bool Fits(X509Certificate2 certificate, bool isFromAuthority)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Thumbprint.Length > 0 ? Thumbprint == ThumbprintOf(certificate) : isFromAuthority && Subject == certificate.SubjectName.Name;
    }

    /// <summary>As in the file.</summary>
    public override string ToString() => Thumbprint.Length > 0 ? OneKind + Thumbprint : SubjectKind + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Subject));

    private static string ThumbprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);
}
