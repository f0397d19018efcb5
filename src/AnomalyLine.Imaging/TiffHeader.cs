using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace AnomalyLine.Imaging;

/// <summary>The first directory of a TIFF file (TIFF 6.0, section 2, and BigTIFF): as much of it as says how many bytes its pixels take.</summary>
internal static class TiffHeader
{
    private const ushort Width = 256, Height = 257, Bits = 258, Colours = 262, Samples = 277, TileWidth = 322, TileHeight = 323, Palette = 3;

    /// <summary>Reads it; a tile that is larger than the picture counts as the picture, as a decoder makes room for it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ImageHeader? header)
    {
        header = null;
        var reader = new Reader(file);
        if (!reader.IsTiff || !reader.TryRead(Width, out var width) || !reader.TryRead(Height, out var height)) return false;
        var bits = reader.TryRead(Bits, out var stated) ? stated : 1;
        var samples = reader.TryRead(Samples, out var count) ? count : 1;
        if (reader.TryRead(Colours, out var colours) && colours == Palette) samples = Math.Max(samples, 3);
        if (reader.TryRead(TileWidth, out var across)) width = Math.Max(width, across);
        if (reader.TryRead(TileHeight, out var down)) height = Math.Max(height, down);
        if (bits is < 1 or > 64 || samples is < 1 or > 64) return false;
        header = new ImageHeader(width, height, (int)(samples * ((bits + 7) / 8)));
        return true;
    }

    /// <summary>Numbers of a file in its byte order.</summary>
    private readonly ref struct Reader
    {
        private readonly ReadOnlySpan<byte> _file;
        private readonly bool _isLittle, _isBig;
        private readonly ulong _entries;
        private readonly long _first;

        public Reader(ReadOnlySpan<byte> file)
        {
            _file = file;
            _isLittle = file[0] == 'I';
            var version = Number(2, 2);
            _isBig = version == 43;
            var directory = _isBig ? Number(8, 8) : Number(4, 4);
            if (version is not (42 or 43) || directory > (ulong)file.Length) return;
            var size = _isBig ? 8 : 2;
            _entries = Number((long)directory, size);
            _first = (long)directory + size;
            IsTiff = true;
        }

        public bool IsTiff { get; }

        /// <summary>The first value of an entry; false if it has no value, or one that is not a whole number.</summary>
        public bool TryRead(ushort tag, out long value)
        {
            value = 0;
            var (size, inline) = _isBig ? (20, 8) : (12, 4);
            for (var (i, at) = (0UL, _first); i < _entries && at + size <= _file.Length; i++, at += size)
            {
                if (Number(at, 2) != tag) continue;
                var bytes = Number(at + 2, 2) switch { 1 => 1, 3 => 2, 4 => 4, 16 => 8, _ => 0 };
                var count = Number(at + 4, inline);
                if (bytes == 0 || count == 0) return false;
                var place = at + 4 + inline;
                if (count > (ulong)(inline / bytes)) place = (long)Math.Min(Number(place, inline), long.MaxValue / 2);
                if (place + bytes > _file.Length) return false;
                value = (long)Math.Min(Number(place, bytes), int.MaxValue);
                return true;
            }

            return false;
        }

        /// <summary>0 beyond the end.</summary>
        private ulong Number(long at, int bytes)
        {
            if (at + bytes > _file.Length) return 0;
            var from = _file[(int)at..];
            return bytes switch
            {
                1 => from[0],
                2 => _isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from),
                4 => _isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(from) : BinaryPrimitives.ReadUInt32BigEndian(from),
                _ => _isLittle ? BinaryPrimitives.ReadUInt64LittleEndian(from) : BinaryPrimitives.ReadUInt64BigEndian(from),
            };
        }
    }
}
