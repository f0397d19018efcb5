using System.IO.Compression;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// The pictures of a zip file that somebody brings. Folders that are called good or ok hold good parts, a folder below "test" is named by its kind of defect, "ground_truth" is left out. What the file says
/// of itself is not believed: neither how many entries it has nor how large they are. One thread.
/// </summary>
internal sealed class PictureZip : IDisposable
{
    /// <summary>Most pictures of one file.</summary>
    public const int MostPictures = 5000;

    /// <summary>Most bytes of the list of entries, which is read as a whole: room for some 200,000 of them.</summary>
    private const long MostListBytes = 16L << 20;

    private const string GroundTruth = "ground_truth";
    private static readonly string[] s_types = [".png", ".jpg", ".jpeg"];

    private readonly ZipArchive _archive;
    private readonly List<ZipArchiveEntry> _pictures;
    private readonly long _mostBytes;

    /// <summary>Reads the list of entries.</summary>
    /// <param name="zip">The file; it can seek, and stays open.</param>
    /// <param name="mostBytes">Most bytes of a picture.</param>
    /// <exception cref="InvalidDataException">It is no zip file, is damaged, has no picture or too much in it; the message says which.</exception>
    public PictureZip(Stream zip, long mostBytes)
    {
        _mostBytes = mostBytes;
        using var list = new BoundedReads(zip, MostListBytes);
        _archive = Read(() => new ZipArchive(list, ZipArchiveMode.Read, leaveOpen: true));
        try
        {
            _pictures = Read(() => _archive.Entries.Where(static entry => s_types.Contains(Path.GetExtension(entry.Name), StringComparer.OrdinalIgnoreCase) && !FoldersOf(entry).Contains(GroundTruth)).ToList());
            list.Free();
            if (_pictures.Count == 0) throw new InvalidDataException($"The zip file holds no picture; {string.Join(", ", s_types)} are read.");
            if (_pictures.Count > MostPictures) throw new InvalidDataException($"The zip file holds {_pictures.Count} pictures; at most {MostPictures} are taken at once.");
        }
        catch
        {
            _archive.Dispose();
            throw;
        }
    }

    /// <summary>The pictures, in the order of the list.</summary>
    public int Count => _pictures.Count;

    /// <summary>Where a picture lies in the file, with its folders.</summary>
    public string PathOf(int picture) => _pictures[picture].FullName;

    /// <summary>Its name without folders.</summary>
    public string NameOf(int picture) => _pictures[picture].Name;

    /// <summary>What the part on a picture is by its folder.</summary>
    /// <param name="picture">0 to <see cref="Count"/> - 1.</param>
    /// <param name="label">What it is where the folder does not say.</param>
    /// <param name="defect">Its kind of defect then; may be empty.</param>
    public (SampleLabel Label, string Defect) LabelOf(int picture, SampleLabel label, string defect)
    {
        var folders = FoldersOf(_pictures[picture]);
        if (folders.Any(DatasetFrame.IsGood)) return (SampleLabel.Normal, "");
        var test = Array.IndexOf(folders, "test");
        return test >= 0 && test + 1 < folders.Length && folders[test + 1].Length <= DefectKind.MaxLength && DefectKind.Check(folders[test + 1]) is null
            ? (SampleLabel.Anomalous, folders[test + 1])
            : (label, label == SampleLabel.Normal ? "" : defect);
    }

    /// <summary>The bytes of a picture; null where there are more than a picture may have or than the list says, or the file is damaged there.</summary>
    public async Task<byte[]?> ReadAsync(int picture, CancellationToken cancellation)
    {
        var entry = _pictures[picture];
        if (entry.Length > _mostBytes) return null;
        try
        {
            await using var packed = await entry.OpenAsync(cancellation);

            // Grows with what comes: what the list says may be a thousand times more.
            using var file = new MemoryStream((int)Math.Min(entry.Length, Math.Max(entry.CompressedLength, 0) * 4L + 1024));
            var buffer = new byte[81_920];
            for (int read; (read = await packed.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (file.Length + read > entry.Length) return null;
                file.Write(buffer.AsSpan(0, read));
            }

            return file.Length == entry.Length ? file.ToArray() : null;
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            // The other pictures may be whole.
            return null;
        }
    }

    public void Dispose() => _archive.Dispose();

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"The zip file cannot be read ({damage.Message}).", damage);
        }
    }

    private static string[] FoldersOf(ZipArchiveEntry entry) => entry.FullName.Split('/', '\\')[..^1];

    /// <summary>A stream of which only so many bytes may be read, until it is free of that.</summary>
    private sealed class BoundedReads(Stream inner, long most) : Stream
    {
        private long _left = most;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        /// <summary>From now on all may be read.</summary>
        public void Free() => _left = long.MaxValue;

        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(buffer, cancellationToken));

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read) => (_left -= read) >= 0 ? read : throw new InvalidDataException("its list of entries is too long");
    }
}
