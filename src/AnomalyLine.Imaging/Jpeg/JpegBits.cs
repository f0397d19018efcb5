using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AnomalyLine.Imaging.Jpeg;

/// <summary>
/// Reads the bits of a JPEG file's image data up to the next marker, and zeros from there on: whoever reads asks <see cref="IsPast"/> now and
/// then, and what was read
/// afterwards means nothing. A mutable value: pass it by reference.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct JpegBits(int position)
{
    /// <summary>The next bits, first bit highest.</summary>
    public ulong Next;

    /// <summary>How many of <see cref="Next"/> can be taken.</summary>
    public int Count;

    /// <summary>The byte of the file that is read next.</summary>
    public int Position = position;

    /// <summary>How many of <see cref="Next"/>, the last ones, are not in the file.</summary>
    private int _added;

    /// <summary>Whether more bits were taken than the data has.</summary>
    public readonly bool IsPast => _added > Count;

    /// <summary>Bits that are in the file and were not taken.</summary>
    public readonly int Left => Count - _added;

    /// <summary>Makes at least 32 bits ready.</summary>
    /// <param name="file">The file.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(ReadOnlySpan<byte> file)
    {
        if (Count < 32) Load(file);
    }

    /// <summary>Takes bits that are ready.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int bits)
    {
        Next <<= bits;
        Count -= bits;
    }

    /// <summary>Takes 0..16 bits that are ready, as a number.</summary>
    public int Take(int bits)
    {
        if (bits == 0) return 0;
        var value = (int)(Next >> (64 - bits));
        Skip(bits);
        return value;
    }

    /// <summary>Takes any number of bits.</summary>
    public void SkipMany(ReadOnlySpan<byte> file, int bits)
    {
        for (; bits > 32; bits -= 32)
        {
            Fill(file);
            Skip(32);
        }

        Fill(file);
        Skip(bits);
    }

    /// <summary>Whether the last bytes that were taken whole are all zero.</summary>
    public readonly bool IsAfterZeros(ReadOnlySpan<byte> file, int bytes)
    {
        var end = Position - (Left >> 3) - 1;
        return !IsPast && end >= bytes && file[(end - bytes)..end].IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>Makes as many bits ready as fit; fewer than 32 are.</summary>
    public void Load(ReadOnlySpan<byte> file)
    {
        if (Position <= file.Length - sizeof(ulong))
        {
            var next = BinaryPrimitives.ReadUInt64BigEndian(file[Position..]);
            if (!HasFF(next))
            {
                var bytes = (64 - Count) >> 3;
                Next |= next >> Count;
                Position += bytes;
                Count += bytes << 3;
                return;
            }
        }

        for (; Count <= 56; Count += 8)
        {
            if (Position >= file.Length || (file[Position] == 0xFF && (Position + 1 >= file.Length || file[Position + 1] != 0)))
            {
                _added += 64 - Count;
                Count = 64;
                return;
            }

            // A byte FF of the data is followed by a zero, which tells it from a marker.
            Next |= (ulong)file[Position] << (56 - Count);
            Position += file[Position] == 0xFF ? 2 : 1;
        }
    }

    private static bool HasFF(ulong bytes) => ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) != 0;
}
