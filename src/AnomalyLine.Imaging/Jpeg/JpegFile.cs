using System.Buffers;
using System.Buffers.Binary;

namespace AnomalyLine.Imaging.Jpeg;

/// <summary>
/// What can be told of a JPEG file without making its pixels (ITU-T T.81): its size, and whether all of them are there. A decoder fills what
/// lost data leaves open with grey and
/// goes on; a line must not judge such a frame. Costs a fraction of the decoding (ADR 34).
/// </summary>
internal sealed class JpegFile
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, FirstRestart = 0xD0, QuantisationTables = 0xDB, RestartInterval = 0xDD, HuffmanTables = 0xC4;
    private const byte FirstOfFrames = 0xC0, Progressive = 0xC2;
    private const int MostScans = 100, MostBlocksInAUnit = 10;

    [ThreadStatic]
    private static JpegFile? s_ofThread;

    private readonly JpegHuffmanTable[] _dcTables = [new(), new(), new(), new()], _acTables = [new(), new(), new(), new()];
    private readonly bool[] _hasDc = new bool[4], _hasAc = new bool[4];
    private readonly ushort[][] _steps = [new ushort[64], new ushort[64], new ushort[64], new ushort[64]];
    private JpegComponent[] _components = [];
    private int _width, _height, _across, _down, _restartUnits, _scans, _padding;
    private bool _isProgressive;

    private JpegFile()
    {
    }

    /// <summary>Reads the size, and what kind of JPEG file it is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="colours">Its colours, 1..4.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Measure(ReadOnlySpan<byte> file, out int width, out int height, out int colours) => OfThread(file, measureOnly: true, out width, out height, out colours);

    /// <summary>Looks for lost and damaged data.</summary>
    /// <param name="file">A file whose size is within the limits: memory and time grow with it.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ReadOnlySpan<byte> file) => OfThread(file, measureOnly: false, out _, out _, out _);

    private static string? OfThread(ReadOnlySpan<byte> file, bool measureOnly, out int width, out int height, out int colours)
    {
        var reader = s_ofThread ??= new JpegFile();
        try
        {
            var error = reader.Read(file, measureOnly, out width, out height);
            colours = reader._components.Length;
            return error;
        }
        finally
        {
            reader.Reset();
        }
    }

    private void Reset()
    {
        foreach (var component in _components)
        {
            if (component.NotZero.Length > 0) ArrayPool<ulong>.Shared.Return(component.NotZero);
        }

        _components = [];
        Array.Clear(_hasDc);
        Array.Clear(_hasAc);
        foreach (var steps in _steps) Array.Clear(steps);
        (_width, _height, _restartUnits, _scans, _padding, _isProgressive) = (0, 0, 0, 0, 0, false);
    }

    private string? Read(ReadOnlySpan<byte> file, bool measureOnly, out int width, out int height)
    {
        width = height = 0;
        if (file.Length < 4 || file[0] != 0xFF || file[1] != StartOfImage) return "The data is no JPEG file: it does not start with FF D8; check the pixel format.";
        for (var at = 2; ;)
        {
            while (at + 1 < file.Length && file[at] == 0xFF && file[at + 1] == 0xFF) at++;
            if (at + 2 > file.Length) return CutOff(file);
            if (file[at] != 0xFF) return Damaged($"no marker at byte {at} of {file.Length}");
            var marker = file[at + 1];
            if (marker == EndOfImage) return CheckEnd();
            if (marker == StartOfImage) return Damaged($"another one starts at byte {at}, before its end");
            if (marker < FirstOfFrames) return Damaged($"no marker at byte {at} of {file.Length}");
            if (marker is >= FirstRestart and < StartOfImage)
            {
                at += 2;
                continue;
            }

            if (at + 4 > file.Length) return CutOff(file);
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2) return Damaged($"marker FF {marker:X2} at byte {at} has a length of {length}");
            if (at + 2 + length > file.Length) return CutOff(file);
            var segment = file.Slice(at + 4, length - 2);
            at += 2 + length;
            var error = marker switch
            {
                HuffmanTables => ReadHuffmanTables(segment),
                QuantisationTables => ReadQuantisationTables(segment),
                RestartInterval => segment.Length == 2 ? SetRestart(BinaryPrimitives.ReadUInt16BigEndian(segment)) : Damaged("its restart interval is damaged"),
                StartOfScan => ReadScan(file, segment, ref at),
                >= 0xC0 and <= 0xCF and not 0xC8 => ReadFrameHeader(marker, segment),
                _ => null,
            };
            if (error is not null) return error;
            (width, height) = (_width, _height);
            if (measureOnly && _components.Length > 0) return null;
        }
    }

    private string? SetRestart(int units)
    {
        _restartUnits = units;
        return null;
    }

    private string? ReadHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > JpegHuffmanTable.LongestCode)
        {
            var (kind, number) = (segment[0] >> 4, segment[0] & 15);
            var counts = segment.Slice(1, JpegHuffmanTable.LongestCode);
            var symbols = 0;
            foreach (var count in counts) symbols += count;
            if (kind > 1 || number > 3 || symbols > 256 || symbols > segment.Length - 17) break;
            var table = (kind == 0 ? _dcTables : _acTables)[number];
            if (!table.TryDefine(counts, segment.Slice(17, symbols))) break;
            (kind == 0 ? _hasDc : _hasAc)[number] = true;
            segment = segment[(17 + symbols)..];
        }

        return segment.Length == 0 ? null : Damaged("a Huffman table is impossible");
    }

    private string? ReadQuantisationTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            var (wide, number) = (segment[0] >> 4, segment[0] & 15);
            var bytes = 1 + (64 << wide);
            if (wide > 1 || number > 3 || segment.Length < bytes) return Damaged("a quantisation table is impossible");
            for (var k = 0; k < 64; k++) _steps[number][k] = wide == 0 ? segment[1 + k] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * k))..]);
            segment = segment[bytes..];
        }

        return null;
    }

    private string? ReadFrameHeader(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker is 0xC9 or 0xCA or 0xCC) return Unsupported("arithmetic coding");
        if (_components.Length > 0) return Damaged("it has two frame headers");
        if (marker > Progressive) return Unsupported(marker is 0xC3 or 0xCB ? "lossless coding" : "several frames on top of each other");
        if (segment.Length < 6 || segment.Length != 6 + (3 * segment[5]) || segment[5] is 0 or > 4) return Damaged("its frame header is impossible");
        if (segment[0] != 8) return Unsupported($"{segment[0]} bits a colour");
        (_height, _width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        if (_width == 0 || _height == 0) return "The JPEG file does not state its size before its data; set the camera's encoder to write it into the frame header.";
        _isProgressive = marker == Progressive;
        var components = new JpegComponent[segment[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var part = segment.Slice(6 + (3 * i), 3);
            components[i] = new JpegComponent { Id = part[0], Across = part[1] >> 4, Down = part[1] & 15, Quantisation = part[2] & 3 };
            if (components[i].Across is 0 or > 4 || components[i].Down is 0 or > 4 || part[2] > 3) return Damaged("its frame header is impossible");
        }

        (_across, _down) = (components.Max(c => c.Across), components.Max(c => c.Down));
        foreach (var component in components)
        {
            (component.Columns, component.Rows) = (Blocks(_width, component.Across, _across), Blocks(_height, component.Down, _down));
            Array.Fill(component.Lowest, JpegComponent.NotSent);
        }

        _components = components;
        return null;
    }

    private string? ReadScan(ReadOnlySpan<byte> file, ReadOnlySpan<byte> segment, ref int at)
    {
        if (_components.Length == 0) return Damaged("it has data before a frame header");
        if (++_scans > MostScans) return $"The JPEG file has more than {MostScans} scans; set the camera's encoder to fewer.";
        if (segment.Length < 4 || segment.Length != 4 + (2 * segment[0]) || segment[0] is 0 or > 4) return Damaged("a scan's header is impossible");
        var components = new JpegComponent[segment[0]];
        var parameters = segment[(1 + (2 * components.Length))..];
        var (first, last, before, lowest) = _isProgressive ? (parameters[0], parameters[1], parameters[2] >> 4, parameters[2] & 15) : (0, 63, 0, 0);
        for (var i = 0; i < components.Length; i++)
        {
            var (id, tables) = (segment[1 + (2 * i)], segment[2 + (2 * i)]);
            if (Array.Find(_components, c => c.Id == id) is not { } component || Array.IndexOf(components, component) >= 0) return Damaged("a scan's header names a wrong colour");
            components[i] = component;
            component.Dc = Table(_dcTables, _hasDc, tables >> 4, isAc: false);
            component.Ac = Table(_acTables, _hasAc, tables & 15, isAc: true);
            if ((first == 0 && before == 0 && component.Dc is null) || (last > 0 && component.Ac is null)) return Damaged("a scan's Huffman table is missing");
            if (_isProgressive && first > 0 && component.NotZero.Length == 0) component.NotZero = RentCleared(component.Columns * component.Rows);
        }

        if (!TryNote(components, first, last, before, lowest)) return Damaged($"scan {_scans} does not follow from those before it");
        var scan = new JpegScan(components, [.. components.Select(c => _steps[c.Quantisation])], first, last, before > 0, lowest, _isProgressive);
        if (scan.Unit.Length > MostBlocksInAUnit) return Damaged("a scan's header is impossible");
        return Walk(file, scan, components, ref at);
    }

    /// <summary>Notes which bits of which coefficients a scan gives; false where they were given before, or those above them were not.</summary>
    private bool TryNote(JpegComponent[] components, int first, int last, int before, int lowest)
    {
        if (_isProgressive && (first > last || last > 63 || (first == 0 ? last > 0 : components.Length > 1) || lowest > 13 || (before > 0 && before != lowest + 1))) return false;
        foreach (var component in components)
        {
            if (first > 0 && component.Lowest[0] == JpegComponent.NotSent) return false;
            for (var k = first; k <= last; k++)
            {
                if (component.Lowest[k] != (before > 0 ? before : JpegComponent.NotSent)) return false;
                component.Lowest[k] = lowest;
            }
        }

        return true;
    }

    private string? Walk(ReadOnlySpan<byte> file, JpegScan scan, JpegComponent[] components, ref int at)
    {
        var units = components.Length == 1 ? components[0].Columns * components[0].Rows : Blocks(_width, 1, _across) * Blocks(_height, 1, _down);
        for (int done = 0, restarts = 0; ; restarts++)
        {
            var part = _restartUnits > 0 ? Math.Min(_restartUnits, units - done) : units;
            var bits = new JpegBits(at);
            scan.Restart();
            var isWalked = scan.TryWalk(file, ref bits, part);
            if (bits.IsPast && bits.Position >= file.Length) return CutOff(file);
            if (!isWalked || !scan.IsComplete) return Lost(file, bits.Position);
            done += part;
            at = bits.Position;
            if (at >= file.Length) return CutOff(file);
            if (bits.Left > 7 || !IsMarker(file, at) || !HasUsualPadding(bits)) return Damaged($"data is left over before byte {at}, after block {done} of {units} of scan {_scans}");
            while (at + 1 < file.Length && file[at + 1] == 0xFF) at++;
            if (done == units) return null;
            if (at + 1 >= file.Length) return CutOff(file);
            if (file[at + 1] != FirstRestart + (restarts & 7)) return Lost(file, at);
            at += 2;
        }
    }

    /// <summary>The bits that fill a part's last byte are ones, with some encoders zeros, and the same in all of a file.</summary>
    private bool HasUsualPadding(JpegBits bits)
    {
        if (bits.Left == 0) return true;
        var (found, ones) = (bits.Next >> (64 - bits.Left), (1UL << bits.Left) - 1);
        if (found != 0 && found != ones) return false;
        var padding = found == 0 ? -1 : 1;
        if (_padding == 0) _padding = padding;
        return _padding == padding;
    }

    private string? CheckEnd()
    {
        if (_components.Length == 0) return "The JPEG file does not state its size; check the camera's encoder.";
        return _components.All(c => c.Lowest.All(bit => bit == 0))
            ? null
            : $"The JPEG file is incomplete after {_scans} {(_scans == 1 ? "scan" : "scans")}: {(_isProgressive ? "scans that refine it" : "colours")} are missing; "
                + "send the whole file, and check the transport.";
    }

    private static string Lost(ReadOnlySpan<byte> file, int at) =>
        $"The JPEG file lost data: what is before byte {at} of {file.Length} does not make the blocks of its picture; check the transport and the camera's encoder.";

    /// <summary>
    /// A table, or the standard's own where the file has none, as with cameras that send Motion JPEG; null where that has none either.
    /// </summary>
    private static JpegHuffmanTable? Table(JpegHuffmanTable[] tables, bool[] has, int number, bool isAc)
    {
        if (number > 3) return null;
        if (!has[number] && !(number < 2 && StandardHuffmanTables.TryDefine(tables[number], isAc, number))) return null;
        return tables[number];
    }

    private static ulong[] RentCleared(int length)
    {
        var rented = ArrayPool<ulong>.Shared.Rent(length);
        Array.Clear(rented, 0, length);
        return rented;
    }

    private static bool IsMarker(ReadOnlySpan<byte> file, int at) => at + 1 < file.Length && file[at] == 0xFF && file[at + 1] != 0;

    /// <summary>Blocks that a side of the picture has in a component.</summary>
    private static int Blocks(int pixels, int own, int most) => (((pixels * own) + most - 1) / most + 7) / 8;

    private static string CutOff(ReadOnlySpan<byte> file) =>
        $"The JPEG file of {file.Length} bytes is cut off: it has no end-of-image marker (FF D9); send the whole file.";

    private static string Damaged(string what) => $"The JPEG file is damaged: {what}; check the camera's encoder and the transport.";

    private static string Unsupported(string what) => $"The JPEG file has {what}, which cannot be read here; set the camera's encoder to baseline or progressive, 8 bits, Huffman coding.";
}
