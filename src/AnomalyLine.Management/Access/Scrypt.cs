using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AnomalyLine.Management.Access;

/// <summary>The key derivation scrypt (RFC 7914), which the platform lacks: the OPC UA gateway's older password hashes are made with it, and so are the keys of encrypted backups.</summary>
internal static class Scrypt
{
    private const int Words = 16;

    /// <summary>Derives a key.</summary>
    /// <param name="password">The password, UTF-8.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="cost">N: a power of two; 128 * N * r bytes are used.</param>
    /// <param name="blockSize">r.</param>
    /// <param name="parallel">p.</param>
    /// <param name="length">Bytes to derive.</param>
    public static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallel, int length)
    {
        var block = 128 * blockSize;
        var mixed = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, parallel * block);
        var table = new uint[cost * (block / 4)];
        for (var i = 0; i < parallel; i++) Mix(mixed.AsSpan(i * block, block), table, cost);
        return Rfc2898DeriveBytes.Pbkdf2(password, mixed, 1, HashAlgorithmName.SHA256, length);
    }

    /// <summary>scryptROMix.</summary>
    private static void Mix(Span<byte> bytes, uint[] table, int cost)
    {
        var size = bytes.Length / 4;
        var (x, y) = (new uint[size], new uint[size]);
        for (var i = 0; i < size; i++) x[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * 4)..]);
        for (var i = 0; i < cost; i++)
        {
            x.CopyTo(table.AsSpan(i * size));
            MixBlock(x, y);
            (x, y) = (y, x);
        }

        for (var i = 0; i < cost; i++)
        {
            var at = (int)(x[size - Words] & (uint)(cost - 1)) * size;
            Xor(x, table.AsSpan(at, size));
            MixBlock(x, y);
            (x, y) = (y, x);
        }

        for (var i = 0; i < size; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i * 4)..], x[i]);
    }

    /// <summary>scryptBlockMix: the even blocks first, then the odd ones.</summary>
    private static void MixBlock(ReadOnlySpan<uint> from, Span<uint> to)
    {
        Span<uint> x = stackalloc uint[Words];
        from[^Words..].CopyTo(x);
        var blocks = from.Length / Words;
        for (var i = 0; i < blocks; i++)
        {
            Xor(x, from.Slice(i * Words, Words));
            Salsa(x);
            x.CopyTo(to[(((i / 2) + ((i & 1) * blocks / 2)) * Words)..]);
        }
    }

    private static void Xor(Span<uint> into, ReadOnlySpan<uint> with)
    {
        var wide = MemoryMarshal.Cast<uint, Vector<uint>>(into);
        var other = MemoryMarshal.Cast<uint, Vector<uint>>(with);
        for (var i = 0; i < wide.Length; i++) wide[i] ^= other[i];
    }

    /// <summary>Salsa20/8.</summary>
    private static void Salsa(Span<uint> block)
    {
        Span<uint> x = stackalloc uint[Words];
        block.CopyTo(x);
        for (var round = 0; round < 4; round++)
        {
            Quarter(x, 0, 4, 8, 12);
            Quarter(x, 5, 9, 13, 1);
            Quarter(x, 10, 14, 2, 6);
            Quarter(x, 15, 3, 7, 11);
            Quarter(x, 0, 1, 2, 3);
            Quarter(x, 5, 6, 7, 4);
            Quarter(x, 10, 11, 8, 9);
            Quarter(x, 15, 12, 13, 14);
        }

        for (var i = 0; i < Words; i++) block[i] += x[i];
    }

    private static void Quarter(Span<uint> x, int a, int b, int c, int d)
    {
        x[b] ^= BitOperations.RotateLeft(x[a] + x[d], 7);
        x[c] ^= BitOperations.RotateLeft(x[b] + x[a], 9);
        x[d] ^= BitOperations.RotateLeft(x[c] + x[b], 13);
        x[a] ^= BitOperations.RotateLeft(x[d] + x[c], 18);
    }
}
