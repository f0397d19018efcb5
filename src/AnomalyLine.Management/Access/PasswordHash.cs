using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Management.Access;

/// <summary>
/// A salted password hash: pbkdf2-sha512$ITERATIONS$SALT$HASH (RFC 8018), or the older scrypt$N$r$p$SALT$HASH (RFC 7914); salt and hash in base64. The OPC UA gateway reads both too.
/// </summary>
public sealed class PasswordHash
{
    /// <summary>Iterations of new hashes: about 0.1 s on one core.</summary>
    public const int Iterations = 210_000;

    private const string Pbkdf2 = "pbkdf2-sha512", ScryptName = "scrypt";
    private const int MostIterations = 10_000_000, SaltBytes = 16, HashBytes = 32;
    private const long MostMemory = 256L << 20;

    private readonly Func<byte[], byte[]> _derive;
    private readonly byte[] _hash;
    private readonly string _text;

    private PasswordHash(string text, byte[] hash, Func<byte[], byte[]> derive) => (_text, _hash, _derive) = (text, hash, derive);

    /// <summary>For a name that nobody has: no password fits, and finding that out takes as long as for one that exists.</summary>
    public static PasswordHash OfNobody { get; } = Create(Convert.ToBase64String(RandomNumberGenerator.GetBytes(HashBytes)));

    /// <summary>Hashes a password with a new salt.</summary>
    public static PasswordHash Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA512, HashBytes);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Pbkdf2}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
        return TryParse(text, out var made, out _) ? made : throw new InvalidOperationException("A new hash is not readable.");
    }

    /// <summary>Reads a hash.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="made">The hash.</param>
    /// <param name="error">What is wrong with it.</param>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PasswordHash? made, out string error)
    {
        (made, error) = (null, "");
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('$') is not [var kind, .. var costs, var saltText, var hashText] || !TryDecode(saltText, out var salt) || !TryDecode(hashText, out var hash) || hash.Length < 16)
        {
            error = $"is neither {Pbkdf2}$ITERATIONS$SALT$HASH nor {ScryptName}$N$r$p$SALT$HASH";
            return false;
        }

        var numbers = costs.Select(cost => int.TryParse(cost, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        switch (kind, numbers)
        {
            case (Pbkdf2, [var iterations]) when iterations is >= 1 and <= MostIterations:
                made = new PasswordHash(text, hash, password => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, hash.Length));
                return true;
            case (ScryptName, [var n, var r, var p]) when n >= 2 && BitOperations.IsPow2(n) && r >= 1 && p is >= 1 and <= 16 && 128L * n * r < MostMemory:
                made = new PasswordHash(text, hash, password => Scrypt.Derive(password, salt, n, r, p, hash.Length));
                return true;
            default:
                error = kind is Pbkdf2 ? $"needs 1..{MostIterations} iterations" : kind is ScryptName ? "needs N as a power of two, and 128 * N * r below 256 MiB" : $"has a hash of the unknown kind \"{kind}\"";
                return false;
        }
    }

    /// <summary>Whether it is the hash of this password. Takes about 0.1 s of a core, whatever the answer.</summary>
    public bool Fits(string password) => CryptographicOperations.FixedTimeEquals(_derive(Encoding.UTF8.GetBytes(password)), _hash);

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var good = Convert.TryFromBase64String(text, bytes, out var written) && written > 0;
        Array.Resize(ref bytes, written);
        return good;
    }
}
