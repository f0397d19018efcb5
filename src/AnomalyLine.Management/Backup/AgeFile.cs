using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Management.Backup;

/// <summary>
/// Files encrypted with a passphrase in the form of age (age-encryption.org/v1, recipient scrypt), so that the tools of that name read and write them too: the key from the passphrase by scrypt, the
/// content in chunks of 64 KiB under ChaCha20-Poly1305, each bound to its place, the last one to being the last.
/// </summary>
internal static class AgeFile
{
    private const string Intro = "age-encryption.org/v1", Salted = "age-encryption.org/v1/scrypt";
    private const int Chunk = 64 * 1024, TagBytes = 16, NonceBytes = 12, KeyBytes = 32, SaltBytes = 16, FileKeyBytes = 16, MostHeaderBytes = 1024;

    /// <summary>Powers of two of scrypt's cost: 128 MiB and about a second; a file that asks for more than 1 GiB is refused.</summary>
    private const int UsualCost = 17, MostCost = 20;

    /// <summary>Whether a file begins as these do.</summary>
    public static bool Is(Stream file)
    {
        var start = new byte[Intro.Length];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return read == start.Length && start.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(Intro));
    }

    /// <summary>Encrypts all of a stream; a lower cost is for tests.</summary>
    public static async Task EncryptAsync(Stream plain, Stream target, string passphrase, CancellationToken cancellation, int cost = UsualCost)
    {
        var (fileKey, salt, nonce) = (RandomNumberGenerator.GetBytes(FileKeyBytes), RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(SaltBytes));
        var wrapped = new byte[FileKeyBytes + TagBytes];
        using (var wrap = new ChaCha20Poly1305(WrapKey(passphrase, salt, cost))) wrap.Encrypt(new byte[NonceBytes], fileKey, wrapped.AsSpan(0, FileKeyBytes), wrapped.AsSpan(FileKeyBytes));
        var header = string.Create(CultureInfo.InvariantCulture, $"{Intro}\n-> scrypt {Base64(salt)} {cost}\n{Base64(wrapped)}\n---");
        await target.WriteAsync(Encoding.ASCII.GetBytes($"{header} {Base64(Mac(fileKey, header))}\n"), cancellation);
        await target.WriteAsync(nonce, cancellation);
        using var cipher = new ChaCha20Poly1305(PayloadKey(fileKey, nonce));
        var (buffer, sealedChunk) = (new byte[Chunk], new byte[Chunk + TagBytes]);
        var next = new byte[Chunk];
        var length = await plain.ReadAtLeastAsync(buffer, Chunk, throwOnEndOfStream: false, cancellation);
        for (var count = 0L; ; count++)
        {
            var following = length < Chunk ? 0 : await plain.ReadAtLeastAsync(next, Chunk, throwOnEndOfStream: false, cancellation);
            cipher.Encrypt(NonceOf(count, isLast: following == 0), buffer.AsSpan(0, length), sealedChunk.AsSpan(0, length), sealedChunk.AsSpan(length, TagBytes));
            await target.WriteAsync(sealedChunk.AsMemory(0, length + TagBytes), cancellation);
            if (following == 0) return;
            (buffer, next, length) = (next, buffer, following);
        }
    }

    /// <summary>The content of a file, decrypted as it is read; the file goes with it.</summary>
    /// <exception cref="InvalidDataException">The passphrase is another one, or the file is damaged or was cut off; thrown by reading too.</exception>
    public static Stream Open(Stream file, string passphrase)
    {
        var lines = new List<string>();
        var header = new StringBuilder();
        while (lines.Count < 4)
        {
            var line = ReadLine(file);
            lines.Add(line);
            header.Append(lines.Count < 4 ? line + "\n" : "---");
        }

        if (lines[0] != Intro || lines[1].Split(' ') is not ["->", "scrypt", var saltText, var costText] || !lines[3].StartsWith("--- ", StringComparison.Ordinal)
            || !int.TryParse(costText, NumberStyles.None, CultureInfo.InvariantCulture, out var cost) || cost is < 1 or > MostCost)
            throw new InvalidDataException("it is encrypted in a way that is not read here");
        var (salt, wrapped, mac) = (Bytes(saltText, SaltBytes), Bytes(lines[2], FileKeyBytes + TagBytes), Bytes(lines[3][4..], KeyBytes));
        var fileKey = new byte[FileKeyBytes];
        try
        {
            using var wrap = new ChaCha20Poly1305(WrapKey(passphrase, salt, cost));
            wrap.Decrypt(new byte[NonceBytes], wrapped.AsSpan(0, FileKeyBytes), wrapped.AsSpan(FileKeyBytes), fileKey);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException("the passphrase is not the one that it was encrypted with", e);
        }

        if (!CryptographicOperations.FixedTimeEquals(Mac(fileKey, header.ToString()), mac)) throw new InvalidDataException("its header was changed");
        var nonce = new byte[SaltBytes];
        file.ReadExactly(nonce);
        return new Content(file, new ChaCha20Poly1305(PayloadKey(fileKey, nonce)));
    }

    private static string ReadLine(Stream file)
    {
        var line = new StringBuilder();
        for (int c; (c = file.ReadByte()) != '\n'; line.Append((char)c))
            if (c < 0 || line.Length > MostHeaderBytes) throw new InvalidDataException("its header was cut off");
        return line.ToString();
    }

    private static byte[] Bytes(string text, int length)
    {
        var bytes = new byte[length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var written) && written == length ? bytes : throw new InvalidDataException("its header is damaged");
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] WrapKey(string passphrase, byte[] salt, int cost) => Scrypt.Derive(Encoding.UTF8.GetBytes(passphrase), [.. Encoding.ASCII.GetBytes(Salted), .. salt], 1 << cost, 8, 1, KeyBytes);

    private static byte[] PayloadKey(byte[] fileKey, byte[] nonce) => HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, KeyBytes, nonce, "payload"u8.ToArray());

    private static byte[] Mac(byte[] fileKey, string header) => HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, KeyBytes, [], "header"u8.ToArray()), Encoding.ASCII.GetBytes(header));

    private static byte[] NonceOf(long count, bool isLast)
    {
        var nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(3), count);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }

    private sealed class Content(Stream file, ChaCha20Poly1305 cipher) : ForwardStream
    {
        private readonly byte[] _sealed = new byte[Chunk + TagBytes], _plain = new byte[Chunk];
        private int _at, _length, _ahead = -1;
        private long _count;
        private bool _isOver;

        public override int Read(Span<byte> buffer)
        {
            if (_at == _length && !_isOver) Fill();
            var read = Math.Min(buffer.Length, _length - _at);
            _plain.AsSpan(_at, read).CopyTo(buffer);
            _at += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            cipher.Dispose();
            file.Dispose();
            base.Dispose(disposing);
        }

        private void Fill()
        {
            var kept = 0;
            if (_ahead >= 0) _sealed[kept++] = (byte)_ahead;
            var length = kept + file.ReadAtLeast(_sealed.AsSpan(kept), _sealed.Length - kept, throwOnEndOfStream: false);
            _ahead = length == _sealed.Length ? file.ReadByte() : -1;
            _isOver = _ahead < 0;
            if (length < TagBytes || (length == TagBytes && _count > 0)) throw new InvalidDataException("it was cut off");
            (_at, _length) = (0, length - TagBytes);
            try
            {
                cipher.Decrypt(NonceOf(_count++, _isOver), _sealed.AsSpan(0, _length), _sealed.AsSpan(_length, TagBytes), _plain.AsSpan(0, _length));
            }
            catch (AuthenticationTagMismatchException e)
            {
                throw new InvalidDataException("it is damaged or was cut off", e);
            }
        }
    }
}
