using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Management.Access;

/// <summary>One-time passwords by the clock (RFC 6238): HMAC-SHA-1, six digits, another one every 30 s, as every authenticator app makes them.</summary>
public static class Totp
{
    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>Bytes of a secret, as many as SHA-1 gives (RFC 4226, section 4).</summary>
    public const int SecretBytes = 20;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Period = 30, Modulus = 1_000_000;

    /// <summary>How many codes before and behind that of this moment are taken: a clock may be off by so many times 30 s, and a person is slow.</summary>
    private const int Drift = 1;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The number of the code of a moment.</summary>
    public static long StepOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / Period;

    /// <summary>The code of a number.</summary>
    public static string CodeOf(byte[] secret, long step) => (Truncate(secret, step) % Modulus).ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>The number of a code that is good now and newer than the last one; null where it is none.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="code">What somebody typed; spaces do not count.</param>
    /// <param name="now">The moment.</param>
    /// <param name="last">Number of the last code that was taken: it and those before it are not taken again.</param>
    public static long? Match(byte[] secret, string code, DateTimeOffset now, long last)
    {
        ArgumentNullException.ThrowIfNull(code);
        var given = Encoding.UTF8.GetBytes(code.Replace(" ", "", StringComparison.Ordinal));
        long? found = null;
        for (var step = StepOf(now) - Drift; step <= StepOf(now) + Drift; step++)
        {
            // All of them, so that the time taken says nothing.
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(CodeOf(secret, step))) && step > last) found ??= step;
        }

        return found;
    }

    /// <summary>What an app reads from a picture or a link.</summary>
    /// <param name="user">Whose it is.</param>
    /// <param name="issuer">What the app shows beside: which server.</param>
    /// <param name="secret">The secret.</param>
    public static string UriOf(string user, string issuer, byte[] secret) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(user)}?secret={TextOf(secret)}&issuer={Uri.EscapeDataString(issuer)}";

    /// <summary>A secret as people type it, in base32 without padding (RFC 4648).</summary>
    public static string TextOf(ReadOnlySpan<byte> secret)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var b in secret)
        {
            (bits, count) = ((bits << 8) | b, count + 8);
            for (; count >= 5; count -= 5) text.Append(Base32[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }

        if (count > 0) text.Append(Base32[(bits << (5 - count)) & 31]);
        return text.ToString();
    }

    /// <summary>The 31 bits of RFC 4226, section 5.3, of which a code is the last digits.</summary>
    internal static int Truncate(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[8], hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // What RFC 6238 says and every app does; HMAC asks of SHA-1 nothing that is broken.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue);
    }
}
