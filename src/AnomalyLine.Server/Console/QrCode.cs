namespace AnomalyLine.Server.Console;

/// <summary>A QR code (ISO/IEC 18004) of bytes at error correction level M, versions 1 to 20: up to 666 bytes.</summary>
internal sealed class QrCode
{
    private const int Versions = 20, Medium = 0;
    private static readonly byte[] s_eccPerBlock = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
    private static readonly byte[] s_blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
    private readonly int _version;
    private readonly bool[,] _dark, _isFixed;

    private QrCode(int version)
    {
        _version = version;
        Size = 17 + (4 * version);
        (_dark, _isFixed) = (new bool[Size, Size], new bool[Size, Size]);
        DrawPatterns();
    }

    /// <summary>Modules on a side, without the quiet zone of 4 around it.</summary>
    public int Size { get; }

    /// <summary>Whether the module of a column and a row is dark.</summary>
    public bool IsDark(int x, int y) => _dark[x, y];

    /// <summary>Of a text in UTF-8.</summary>
    /// <exception cref="ArgumentException">It has more than 666 bytes.</exception>
    public static QrCode Of(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        for (var version = 1; version <= Versions; version++)
        {
            var code = new QrCode(version);
            if (code.TryFill(bytes)) return code;
        }

        throw new ArgumentException($"The text has {bytes.Length} bytes, more than a code holds.", nameof(text));
    }

    /// <summary>The dark modules as a path of SVG, one unit each, the quiet zone to the left and above included.</summary>
    public string ToPath()
    {
        var path = new System.Text.StringBuilder();
        for (var y = 0; y < Size; y++)
            for (var x = 0; x < Size; x++)
                if (_dark[x, y]) path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{x + 4} {y + 4}h1v1h-1z");
        return path.ToString();
    }

    private bool TryFill(byte[] bytes)
    {
        var modules = 0;
        foreach (var isFixed in _isFixed) modules += isFixed ? 0 : 1;
        var (total, blocks, ecc) = (modules / 8, (int)s_blocks[_version - 1], (int)s_eccPerBlock[_version - 1]);
        var data = new byte[total - (blocks * ecc)];
        var countBits = _version < 10 ? 8 : 16;
        if (4 + countBits + (8 * bytes.Length) > 8 * data.Length) return false;
        var at = 0;
        Put(4, 4);
        Put(bytes.Length, countBits);
        foreach (var b in bytes) Put(b, 8);
        at = (Math.Min(at + 4, 8 * data.Length) + 7) / 8;
        for (var pad = 0; at < data.Length; at++, pad++) data[at] = (byte)(pad % 2 == 0 ? 0xEC : 0x11);
        DrawData(Interleave(data, total, blocks, ecc));
        DrawBestMask();
        return true;

        void Put(int value, int bits)
        {
            for (var bit = bits - 1; bit >= 0; bit--, at++)
                if (((value >> bit) & 1) != 0) data[at / 8] |= (byte)(0x80 >> (at % 8));
        }
    }

    /// <summary>Data and error correction in blocks, whose bytes take turns.</summary>
    private static byte[] Interleave(byte[] data, int total, int blocks, int ecc)
    {
        var (shorter, longer) = ((total / blocks) - ecc, total % blocks);
        var parts = new List<(byte[] Data, byte[] Ecc)>();
        for (int block = 0, at = 0; block < blocks; block++)
        {
            var length = shorter + (block >= blocks - longer ? 1 : 0);
            parts.Add((data[at..(at + length)], Remainder(data.AsSpan(at, length), ecc)));
            at += length;
        }

        var all = new List<byte>(total);
        for (var i = 0; i <= shorter; i++) all.AddRange(parts.Where(part => i < part.Data.Length).Select(part => part.Data[i]));
        for (var i = 0; i < ecc; i++) all.AddRange(parts.Select(part => part.Ecc[i]));
        return [.. all];
    }

    /// <summary>Reed-Solomon over GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1.</summary>
    private static byte[] Remainder(ReadOnlySpan<byte> data, int degree)
    {
        var generator = new byte[degree];
        generator[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++, root = Multiply(root, 2))
            for (var j = 0; j < degree; j++)
                generator[j] = (byte)(Multiply(generator[j], root) ^ (j + 1 < degree ? generator[j + 1] : 0));
        var rest = new byte[degree];
        foreach (var b in data)
        {
            var factor = (byte)(b ^ rest[0]);
            rest.AsSpan(1).CopyTo(rest);
            rest[^1] = 0;
            for (var j = 0; j < degree; j++) rest[j] ^= Multiply(generator[j], factor);
        }

        return rest;
    }

    private static byte Multiply(byte a, byte b)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--) product = ((product << 1) ^ ((product >> 7) * 0x11D) ^ (((b >> bit) & 1) * a)) & 0xFF;
        return (byte)product;
    }

    private void DrawPatterns()
    {
        for (var i = 0; i < Size; i++)
        {
            Fix(6, i, i % 2 == 0);
            Fix(i, 6, i % 2 == 0);
        }

        foreach (var (x, y) in new[] { (3, 3), (Size - 4, 3), (3, Size - 4) }) DrawSquares(x, y, 4, distance => distance is not (2 or 4));
        var places = AlignmentPlaces();
        foreach (var (column, x) in places.Index())
            foreach (var (row, y) in places.Index())
                if (!(column == 0 && row == 0) && !(column == 0 && row == places.Length - 1) && !(column == places.Length - 1 && row == 0)) DrawSquares(x, y, 2, distance => distance != 1);
        DrawFormat(0);
        DrawVersion();
    }

    private int[] AlignmentPlaces()
    {
        if (_version == 1) return [];
        var count = (_version / 7) + 2;
        var step = ((_version * 4) + (count * 2) + 1) / ((count * 2) - 2) * 2;
        return [6, .. Enumerable.Range(0, count - 1).Select(i => Size - 7 - (i * step)).Reverse()];
    }

    private void DrawSquares(int centreX, int centreY, int reach, Func<int, bool> isDark)
    {
        for (var y = Math.Max(0, centreY - reach); y <= Math.Min(Size - 1, centreY + reach); y++)
            for (var x = Math.Max(0, centreX - reach); x <= Math.Min(Size - 1, centreX + reach); x++)
                Fix(x, y, isDark(Math.Max(Math.Abs(x - centreX), Math.Abs(y - centreY))));
    }

    /// <summary>Level and mask with 10 bits of BCH code, twice.</summary>
    private void DrawFormat(int mask)
    {
        var format = (Medium << 3) | mask;
        var rest = format;
        for (var i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
        var bits = ((format << 10) | rest) ^ 0x5412;
        for (var i = 0; i < 15; i++)
        {
            var isDark = ((bits >> i) & 1) != 0;
            var (x, y) = i < 6 ? (8, i) : i < 8 ? (8, i + 1) : i == 8 ? (7, 8) : (14 - i, 8);
            Fix(x, y, isDark);
            (x, y) = i < 8 ? (Size - 1 - i, 8) : (8, Size - 15 + i);
            Fix(x, y, isDark);
        }

        Fix(8, Size - 8, true);
    }

    private void DrawVersion()
    {
        if (_version < 7) return;
        var rest = _version;
        for (var i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1F25);
        var bits = (_version << 12) | rest;
        for (var i = 0; i < 18; i++)
        {
            var (far, near) = (Size - 11 + (i % 3), i / 3);
            Fix(far, near, ((bits >> i) & 1) != 0);
            Fix(near, far, ((bits >> i) & 1) != 0);
        }
    }

    /// <summary>Up and down in columns of two from the right, past the column of the timing.</summary>
    private void DrawData(byte[] bytes)
    {
        var at = 0;
        for (var right = Size - 1; right >= 1; right -= 2)
        {
            if (right == 6) right = 5;
            for (var i = 0; i < Size; i++)
                for (var x = right; x > right - 2; x--)
                {
                    var y = ((right + 1) & 2) == 0 ? Size - 1 - i : i;
                    if (_isFixed[x, y] || at >= bytes.Length * 8) continue;
                    _dark[x, y] = ((bytes[at / 8] >> (7 - (at % 8))) & 1) != 0;
                    at++;
                }
        }
    }

    private void DrawBestMask()
    {
        var (best, least) = (0, int.MaxValue);
        for (var mask = 0; mask < 8; mask++)
        {
            Mask(mask);
            if (Penalty() is var penalty && penalty < least) (best, least) = (mask, penalty);
            Mask(mask);
        }

        Mask(best);
    }

    /// <summary>Draws a mask; drawn twice it is away again.</summary>
    private void Mask(int mask)
    {
        DrawFormat(mask);
        for (var y = 0; y < Size; y++)
            for (var x = 0; x < Size; x++)
            {
                if (_isFixed[x, y]) continue;
                _dark[x, y] ^= mask switch
                {
                    0 => (x + y) % 2,
                    1 => y % 2,
                    2 => x % 3,
                    3 => (x + y) % 3,
                    4 => ((x / 3) + (y / 2)) % 2,
                    5 => (x * y % 2) + (x * y % 3),
                    6 => ((x * y % 2) + (x * y % 3)) % 2,
                    _ => (((x + y) % 2) + (x * y % 3)) % 2,
                } == 0;
            }
    }

    /// <summary>What the standard counts against a mask: long runs, blocks of four, what looks like a finder, and too much of one kind.</summary>
    private int Penalty()
    {
        var (penalty, dark) = (0, 0);
        for (var a = 0; a < Size; a++)
        {
            penalty += PenaltyOf(b => _dark[a, b]) + PenaltyOf(b => _dark[b, a]);
            for (var b = 0; b < Size; b++)
            {
                dark += _dark[a, b] ? 1 : 0;
                if (a > 0 && b > 0 && _dark[a, b] == _dark[a - 1, b] && _dark[a, b] == _dark[a, b - 1] && _dark[a, b] == _dark[a - 1, b - 1]) penalty += 3;
            }
        }

        return penalty + (Math.Abs((dark * 20) - (Size * Size * 10)) / (Size * Size) * 10);
    }

    private int PenaltyOf(Func<int, bool> line)
    {
        const int Finder = 0b10111010000, Reversed = 0b00001011101, Bits = 0x7FF;
        var (penalty, run, seen) = (0, 0, 0);
        for (var i = 0; i < Size; i++)
        {
            run = i > 0 && line(i) == line(i - 1) ? run + 1 : 1;
            penalty += run == 5 ? 3 : run > 5 ? 1 : 0;
            seen = ((seen << 1) | (line(i) ? 1 : 0)) & Bits;
            if (i >= 10 && seen is Finder or Reversed) penalty += 40;
        }

        return penalty;
    }

    private void Fix(int x, int y, bool isDark) => (_dark[x, y], _isFixed[x, y]) = (isDark, true);
}
