using System.Numerics;

namespace AnomalyLine.Imaging.Jpeg;

/// <summary>
/// Walks through the image data of one scan (ITU-T T.81, annexes F and G) without making pixels: every block that the file's size asks for must
/// be there, and nothing else.
/// </summary>
/// <param name="components">The scan's components.</param>
/// <param name="steps">The quantisation of each component's 64 coefficients; 0 where it is not known.</param>
/// <param name="first">First coefficient of the scan, 0..63.</param>
/// <param name="last">Last coefficient of the scan, 0..63.</param>
/// <param name="isRefinement">Whether the scan gives one more bit of coefficients that a scan before has begun.</param>
/// <param name="lowest">The lowest bit that the scan gives.</param>
/// <param name="isProgressive">Whether the file is progressive.</param>
internal sealed class JpegScan(JpegComponent[] components, ushort[][] steps, int first, int last, bool isRefinement, int lowest, bool isProgressive)
{
    private const int LargestDcSize = 11, LargestAcSize = 10;

    /// <summary>Beyond the last coefficient: the rest of a block is zero.</summary>
    private const int BlockEnd = 128;

    /// <summary>
    /// A block that goes on to its last coefficient and is made of zero bits alone has 63 equal coefficients, which no picture has: a packet
    /// that was zeroed.
    /// </summary>
    private const int ZeroBytesOfABlock = 12;

    /// <summary>
    /// The largest coefficient that 8-bit pixels can give is 1024; a quarter more, and two steps, is for rounding and for encoders that
    /// optimise.
    /// </summary>
    private const int LargestCoefficient = 1024 * 5 / 4;

    private readonly int[] _dc = new int[components.Length];
    private int _emptyBlocks;
    private int _block;

    /// <summary>
    /// Blocks of all components in a unit of the scan, in their order: the index of each one's component. A scan of one component has units of
    /// one block.
    /// </summary>
    public int[] Unit { get; } = components.Length == 1 ? [0] : [.. components.SelectMany((c, i) => Enumerable.Repeat(i, c.Across * c.Down))];

    /// <summary>Starts anew at the scan's start and after each restart marker.</summary>
    public void Restart()
    {
        Array.Clear(_dc);
        _emptyBlocks = 0;
    }

    /// <summary>Walks through units.</summary>
    /// <param name="file">The file.</param>
    /// <param name="bits">Where the data is read.</param>
    /// <param name="units">How many, at most as many as there are up to the scan's end.</param>
    /// <returns>Whether there were as many, and nothing impossible among them.</returns>
    public bool TryWalk(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        if (!isProgressive) return TryWalkSequential(file, ref bits, units);
        if (first > 0) return isRefinement ? TryRefineAc(file, ref bits, units) : TryBeginAc(file, ref bits, units);
        return isRefinement ? TryRefineDc(file, ref bits, units) : TryBeginDc(file, ref bits, units);
    }

    /// <summary>Whether all that was announced has come where the data ends.</summary>
    public bool IsComplete => _emptyBlocks == 0;

    private bool TryWalkSequential(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        for (var unit = 0; unit < units; unit++)
        {
            foreach (var index in Unit)
            {
                var component = components[index];
                if (!TryTakeDc(file, ref bits, index) || !TryPassAc(file, ref bits, component.Ac!, steps[index])) return false;
            }

            if (bits.IsPast) return false;
        }

        return true;
    }

    /// <summary>The 63 AC coefficients of a block. The reader's state is kept in registers: this is where the time goes.</summary>
    private static bool TryPassAc(ReadOnlySpan<byte> file, ref JpegBits bits, JpegHuffmanTable table, ushort[] steps)
    {
        var runs = table.Runs;
        var (next, count) = (bits.Next, bits.Count);
        var k = 1;
        while (k < 64)
        {
            if (count < 32)
            {
                (bits.Next, bits.Count) = (next, count);
                bits.Load(file);
                (next, count) = (bits.Next, bits.Count);
            }

            var run = runs[(int)(next >> (64 - JpegHuffmanTable.LookupBits))];
            var (taken, after) = ((int)(run & 0xFF), k + (int)((run >> 8) & 0xFF));
            if (run == 0 || after > run >> 16)
            {
                var found = table.Find(next);
                var (symbol, size) = (found & 0xFF, found & 15);
                taken = (found >> 8) + size;
                after = symbol == 0 ? BlockEnd : k + (symbol >> 4) + 1;
                if (found == 0 || size > LargestAcSize || (size == 0 && symbol is not (0 or 0xF0)) || (symbol != 0 && after > 64)) return false;
                if (size > 0 && IsTooLarge(1L << (size - 1), steps[after - 1])) return false;
            }

            next <<= taken;
            count -= taken;
            k = after;
        }

        (bits.Next, bits.Count) = (next, count);
        return k != 64 || !bits.IsAfterZeros(file, ZeroBytesOfABlock);
    }

    /// <summary>A DC value, told as its difference from the one before. After lost data the sum soon is none that pixels give.</summary>
    private bool TryTakeDc(ReadOnlySpan<byte> file, ref JpegBits bits, int index)
    {
        bits.Fill(file);
        var found = components[index].Dc!.Find(bits.Next);
        var size = found & 0xFF;
        if (found == 0 || size > LargestDcSize) return false;
        bits.Skip(found >> 8);
        var value = bits.Take(size);
        if (size > 0 && value < 1 << (size - 1)) value -= (1 << size) - 1;
        _dc[index] += value;
        return !IsTooLarge(Math.Abs((long)_dc[index] << lowest), steps[index][0]);
    }

    /// <summary>Whether no pixels give such a coefficient: data that does not belong together is soon told by it.</summary>
    private static bool IsTooLarge(long value, int step) => value * step > LargestCoefficient + (2 * step);

    private bool TryBeginDc(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        for (var unit = 0; unit < units; unit++)
        {
            foreach (var index in Unit)
            {
                if (!TryTakeDc(file, ref bits, index)) return false;
            }

            if (bits.IsPast) return false;
        }

        return true;
    }

    private bool TryRefineDc(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        for (var unit = 0; unit < units && !bits.IsPast; unit++) bits.SkipMany(file, Unit.Length);
        return !bits.IsPast;
    }

    private bool TryBeginAc(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        var (table, notZero) = (components[0].Ac!, components[0].NotZero);
        for (var end = _block + units; _block < end; _block++)
        {
            if (_emptyBlocks > 0)
            {
                _emptyBlocks--;
                continue;
            }

            if (bits.IsPast) return false;
            for (var k = first; k <= last; k++)
            {
                bits.Fill(file);
                var found = table.Find(bits.Next);
                if (found == 0) return false;
                bits.Skip(found >> 8);
                var (run, size) = ((found >> 4) & 15, found & 15);
                if (size == 0 && run < 15)
                {
                    _emptyBlocks = (1 << run) - 1 + bits.Take(run);
                    break;
                }

                k += run;
                if (k > last || size > LargestAcSize) return false;
                if (size == 0) continue;
                if (IsTooLarge(1L << (size - 1 + lowest), steps[0][k])) return false;
                bits.Skip(size);
                notZero[_block] |= 1UL << k;
            }
        }

        return !bits.IsPast;
    }

    private bool TryRefineAc(ReadOnlySpan<byte> file, ref JpegBits bits, int units)
    {
        var notZero = components[0].NotZero;
        for (var end = _block + units; _block < end; _block++)
        {
            if (bits.IsPast) return false;
            var k = first;
            if (_emptyBlocks == 0 && !TryRefineBlock(file, ref bits, ref notZero[_block], ref k)) return false;
            if (_emptyBlocks == 0) continue;
            bits.SkipMany(file, BitOperations.PopCount(notZero[_block] & (ulong.MaxValue << k) & (ulong.MaxValue >> (63 - last))));
            _emptyBlocks--;
        }

        return !bits.IsPast;
    }

    /// <summary>A block with new coefficients, up to where it has no more of them.</summary>
    private bool TryRefineBlock(ReadOnlySpan<byte> file, ref JpegBits bits, ref ulong notZero, ref int k)
    {
        for (; k <= last; k++)
        {
            bits.Fill(file);
            var found = components[0].Ac!.Find(bits.Next);
            if (found == 0) return false;
            bits.Skip(found >> 8);
            var (run, size) = ((found >> 4) & 15, found & 15);
            if (size > 1) return false;
            if (size == 0 && run < 15)
            {
                _emptyBlocks = (1 << run) + bits.Take(run);
                return true;
            }

            bits.Skip(size);
            var corrections = 0;
            for (; k <= last; k++)
            {
                if ((notZero & (1UL << k)) != 0) corrections++;
                else if (--run < 0) break;
            }

            bits.SkipMany(file, corrections);
            if (k > last) return false;
            if (size > 0) notZero |= 1UL << k;
        }

        return true;
    }
}
