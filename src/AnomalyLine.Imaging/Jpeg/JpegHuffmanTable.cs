namespace AnomalyLine.Imaging.Jpeg;

/// <summary>
/// One Huffman table of a JPEG file, looked up by the next bits of the data. It is kept from file to file: cameras send the same tables with
/// each frame, and only others are
/// built anew.
/// </summary>
internal sealed class JpegHuffmanTable
{
    /// <summary>Bits of the lookups; longer codes, which are rare, are searched for.</summary>
    public const int LookupBits = 11;

    /// <summary>Most bits of a code.</summary>
    public const int LongestCode = 16;

    /// <summary>
    /// Largest size (bits of the value) of a coefficient in <see cref="Runs"/>: larger ones, which are rare, are looked at one by one.
    /// </summary>
    public const int LargestSizeInRuns = 4;

    private const int BlockEnd = 0x00, SixteenZeros = 0xF0;

    private readonly ushort[] _symbols = new ushort[1 << LookupBits];
    private readonly uint[] _runs = new uint[1 << LookupBits];
    private readonly int[] _last = new int[LongestCode + 1];
    private readonly int[] _offset = new int[LongestCode + 1];
    private readonly byte[] _definition = new byte[LongestCode + 256];
    private int _length;

    /// <summary>
    /// For AC tables, by the next <see cref="LookupBits"/> bits: all coefficients whose codes these bits hold, as bits that they take with their
    /// values (bits 0..7), how many
    /// coefficients further they lead, and 64 more where the block ends (8..15), and where that may lead from inside a block (16..23). 0 where
    /// the first code is longer, wrong, or that of a large value.
    /// </summary>
    public ReadOnlySpan<uint> Runs => _runs;

    /// <summary>Takes a definition (ITU-T T.81, B.2.4.2).</summary>
    /// <param name="counts">Number of codes of 1..16 bits.</param>
    /// <param name="values">Their symbols, shortest code first.</param>
    /// <returns>Whether it is one: no more codes of a length than there are left.</returns>
    public bool TryDefine(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
    {
        var known = _definition.AsSpan(0, _length);
        if (_length > 0 && known.StartsWith(counts) && known[LongestCode..].SequenceEqual(values)) return true;
        _length = 0;
        Array.Clear(_symbols);
        var (code, at) = (0, 0);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            var count = counts[length - 1];
            if (code + count > 1 << length) return false;
            _offset[length] = at - code;
            _last[length] = code + count - 1;
            if (count == 0) _last[length] = -1;
            for (var i = 0; i < count; i++, code++, at++)
            {
                if (length <= LookupBits) _symbols.AsSpan(code << (LookupBits - length), 1 << (LookupBits - length)).Fill((ushort)((length << 8) | values[at]));
            }
        }

        counts.CopyTo(_definition);
        values.CopyTo(_definition.AsSpan(LongestCode));
        _length = LongestCode + values.Length;
        BuildRuns();
        return true;
    }

    /// <summary>The code that the bits start with: its length (bits 8 and above) and symbol (0..7); 0 where it is none of the table's.</summary>
    /// <param name="bits">The data, first bit highest.</param>
    public int Find(ulong bits)
    {
        var found = _symbols[(int)(bits >> (64 - LookupBits))];
        return found != 0 ? found : FindLong(bits);
    }

    private int FindLong(ulong bits)
    {
        for (var length = LookupBits + 1; length <= LongestCode; length++)
        {
            var code = (int)(bits >> (64 - length));
            if (code <= _last[length]) return (length << 8) | _definition[LongestCode + _offset[length] + code];
        }

        return 0;
    }

    private void BuildRuns()
    {
        for (var bits = 0; bits < _runs.Length; bits++)
        {
            int used = 0, ahead = 0, most = 64;
            while (used < LookupBits && ahead < 64)
            {
                int found = _symbols[(bits << used) & (_runs.Length - 1)], symbol = found & 0xFF, length = found >> 8, size = symbol & 15;
                if (found == 0 || used + length > LookupBits || size > LargestSizeInRuns) break;
                if (symbol == BlockEnd)
                {
                    (used, ahead, most) = (used + length, ahead + 64, 127);
                    break;
                }

                if (size == 0 && symbol != SixteenZeros) break;
                used += length + size;
                ahead += (symbol >> 4) + 1;
            }

            _runs[bits] = used == 0 ? 0 : (uint)(used | (ahead << 8) | (most << 16));
        }
    }
}
