using System.Security.Cryptography;
using AnomalyLine.Detection.Models;

namespace AnomalyLine.Management.Signing;

/// <summary>
/// Signs a file and says who signed it. A model file holds its signature itself, over its manifest, which has the sum of every other file; so that a signed one is another version. Any other
/// file, such as an exported network or an export of the audit, has it beside, over its SHA-256.
/// </summary>
public static class SignedFile
{
    /// <summary>What the signature beside a file is called behind the file's name.</summary>
    public const string Suffix = ".sig";

    private const long MaxSignatureBytes = 64 * 1024;

    /// <summary>Signs; one that is signed already gets the new signature in the place of the old.</summary>
    /// <returns>The file that has the signature now.</returns>
    /// <exception cref="ModelFileException">It is a damaged model file.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static string Sign(string path, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(key);
        if (IsModel(path))
        {
            ModelFile.Sign(path, manifest => key.SignAs(manifest).ToBytes());
            return path;
        }

        AtomicFile.Write(path + Suffix, stream => stream.Write(key.SignAs(Sum(path)).ToBytes()));
        return path + Suffix;
    }

    /// <summary>The fingerprint of whoever signed; empty for nobody.</summary>
    /// <exception cref="ModelFileException">It is a damaged model file, or the signature in it is not its own.</exception>
    /// <exception cref="SignatureException">The signature beside it is not its own.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string SignerOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return IsModel(path) ? SignerOfModel(path) : SignerOfOther(path);
    }

    internal static string SignerOfModel(string path)
    {
        var (manifest, signature) = ModelFile.ReadSignature(path);
        if (signature is null) return "";
        return Signature.SignerOf(signature, manifest) ?? throw new ModelFileException($"{path}: its signature is not that of its manifest: it was changed after it was signed; copy it again.");
    }

    private static string SignerOfOther(string path)
    {
        var beside = new FileInfo(path + Suffix);
        if (!beside.Exists) return "";
        var changed = new SignatureException($"{path}: {beside.Name} is not its signature: one of the two was changed; copy both again.");
        if (beside.Length > MaxSignatureBytes) throw changed;
        return Signature.SignerOf(File.ReadAllBytes(beside.FullName), Sum(path)) ?? throw changed;
    }

    private static bool IsModel(string path) => string.Equals(Path.GetExtension(path), ".alm", StringComparison.OrdinalIgnoreCase);

    private static byte[] Sum(string path)
    {
        using var file = File.OpenRead(path);
        return SHA256.HashData(file);
    }
}
