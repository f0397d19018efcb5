using System.Security.Cryptography;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Management.Signing;

/// <summary>
/// The key with which a server signs its backups and the models that it trains: ECDSA over P-256 with SHA-256, made at its first start, in <c>signing.key</c> of the data folder (PEM, mode 0600)
/// and in no backup: who reads one cannot sign another. Who has only the file knows that it is whole; who knows the server's fingerprint also knows that it is the server's.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "signing.key";

    private readonly ECDsa _key;

    private SigningKey(ECDsa key) => _key = key;

    /// <summary>The public key, PEM.</summary>
    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>What people compare: "SHA256:" and 64 hexadecimal digits, the sum of the public key in DER.</summary>
    public string Fingerprint => FingerprintOf(_key);

    /// <summary>Opens the key of a data folder; makes one if it has none.</summary>
    /// <exception cref="IOException">It can be neither read nor written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <exception cref="SignatureException">The file is no key.</exception>
    public static SigningKey Open(string dataFolder)
    {
        var path = Path.Combine(Path.GetFullPath(dataFolder), FileName);
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Write(path, System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem() + "\n"));
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return new SigningKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new SignatureException($"{path}: is no private key ({e.Message}); take the file away to have another one made.", e);
        }
    }

    /// <summary>Signs.</summary>
    /// <returns>The signature, DER, as openssl dgst -sha256 -verify takes it.</returns>
    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Signs, in the form that is kept.</summary>
    public Signature SignAs(ReadOnlySpan<byte> data) => new(PublicKey, Sign(data));

    /// <summary>The fingerprint of whoever signed; null where the signature is not that of this public key.</summary>
    public static string? SignerOf(ReadOnlySpan<byte> data, string publicKey, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(publicKey);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) ? FingerprintOf(key) : null;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static string FingerprintOf(ECDsa key) => $"SHA256:{Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))}";
}
