using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Hosting;

/// <summary>Keeps pictures that people bring as samples to review: JPEG and PNG files, alone or as a folder in a zip file. Any thread.</summary>
internal sealed class SampleImport(SampleStore samples, AnomalyLineOptions options, TimeProvider time)
{
    /// <summary>Largest zip file, bytes.</summary>
    public const long MostZipBytes = 1L << 30;

    /// <summary>Most pictures of one zip file.</summary>
    public const int MostPictures = 5000;

    private const string GroundTruth = "ground_truth";
    private static readonly string[] s_types = [".png", ".jpg", ".jpeg"];

    /// <summary>Keeps one picture. One that the station has already stays the sample that it is.</summary>
    /// <param name="station">Name of a station.</param>
    /// <param name="file">A JPEG or PNG file, at most <see cref="AnomalyLineOptions.MaxFrameBytes"/>.</param>
    /// <param name="name">Name of the file, which names the part.</param>
    /// <param name="label">What the part is.</param>
    /// <param name="defect">Kind of defect; may be empty.</param>
    /// <param name="caller">Who brings it.</param>
    /// <param name="cancellation">Keeps nothing.</param>
    /// <returns>The sample, or <see cref="LineErrorCode.InvalidSample"/>, ManagementFailed.</returns>
    public async Task<Outcome<Sample>> AddAsync(string station, ReadOnlyMemory<byte> file, string name, SampleLabel label, string defect, Caller caller, CancellationToken cancellation)
    {
        if (!TryRead(file, out var frame, out var error)) return new LineError(LineErrorCode.InvalidSample, $"{ControlCharacters.Escape(name)}: {error}");
        var part = Path.GetFileNameWithoutExtension(name);
        if (part.Length > InspectionRequest.MaxPartIdLength || ControlCharacters.Check(part) is not null) part = "";
        var added = await samples.AddAsync(frame, Draft(station, label, defect, part), caller, cancellation);
        return added.Error is { Code: LineErrorCode.InvalidSample } refused ? new LineError(refused.Code, $"{ControlCharacters.Escape(name)}: {refused.Message}") : added;
    }

    /// <summary>
    /// Keeps the pictures of a zip file. Folders that are called good or ok hold good parts, a folder below "test" is named by its kind of defect, "ground_truth" is left out; what
    /// lies elsewhere is as the caller says.
    /// </summary>
    /// <param name="station">Name of a station.</param>
    /// <param name="zip">The file; it can seek.</param>
    /// <param name="label">What parts are whose folder does not say.</param>
    /// <param name="defect">Their kind of defect; may be empty.</param>
    /// <param name="caller">Who brings it.</param>
    /// <param name="kept">Hears of each picture that is kept.</param>
    /// <param name="cancellation">Keeps no more.</param>
    /// <returns>What was wrong with single pictures, or <see cref="LineErrorCode.InvalidSample"/> where it is no zip file or has too many, ManagementFailed.</returns>
    public async Task<Outcome<IReadOnlyList<string>>> AddZipAsync(string station, Stream zip, SampleLabel label, string defect, Caller caller, Action kept, CancellationToken cancellation)
    {
        var wrong = new List<string>();
        try
        {
            using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
            var entries = archive.Entries.Where(entry => s_types.Contains(Path.GetExtension(entry.Name), StringComparer.OrdinalIgnoreCase) && !FoldersOf(entry).Contains(GroundTruth)).ToList();
            if (entries.Count == 0) return new LineError(LineErrorCode.InvalidSample, $"The zip file holds no picture; {string.Join(", ", s_types)} are read.");
            if (entries.Count > MostPictures) return new LineError(LineErrorCode.InvalidSample, $"The zip file holds {entries.Count} pictures; at most {MostPictures} are taken at once.");
            foreach (var entry in entries)
            {
                var (what, kind) = LabelOf(entry, label, defect);
                var file = await ReadAsync(entry, cancellation);
                if (file is null) wrong.Add($"{ControlCharacters.Escape(entry.FullName)}: is larger than {options.MaxFrameBytes} bytes.");
                else if ((await AddAsync(station, file, entry.Name, what, kind, caller, cancellation)).TryGet(out _, out var error)) kept();
                else if (error.Code == LineErrorCode.InvalidSample) wrong.Add(error.Message);
                else return error;
            }

            return wrong;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return new LineError(LineErrorCode.InvalidSample, $"The zip file cannot be read ({e.Message}).");
        }
    }

    /// <summary>Brings a zip file to the disk, where it can be read from any place; it is gone with the stream, also after a kill.</summary>
    /// <param name="sent">The file as it comes.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="cancellation">Keeps nothing.</param>
    /// <exception cref="IOException">It does not come whole, or the disk would have less left than is reserved.</exception>
    public async Task<Stream> StoreAsync(Stream sent, long size, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.GetFullPath(options.DataFolder)).FullName;
        if (new DriveInfo(folder).AvailableFreeSpace - size < options.Management.ReservedDiskBytes) throw new IOException("the disk of the server has no room for the file; free some, or send the pictures in smaller files");
        var path = Path.Combine(folder, $"upload-{Guid.NewGuid():N}.zip");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Delete(path);
        try
        {
            await sent.CopyToAsync(file, cancellation);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads a JPEG or PNG file as a frame.</summary>
    public bool TryRead(ReadOnlyMemory<byte> file, [NotNullWhen(true)] out Frame? frame, [NotNullWhen(false)] out string? error) =>
        Frame.TryCreate(file.Span.StartsWith<byte>([0xFF, 0xD8]) ? PixelFormat.Jpeg : PixelFormat.Png, 0, 0, 0, file, time.GetUtcNow(), out frame, out error, mostBytes: options.MaxFrameBytes);

    /// <summary>What is known of a picture that somebody brings.</summary>
    public Sample Draft(string station, SampleLabel label, string defect, string part) => new()
    {
        Station = station,
        Sha256 = "",
        PartId = part,
        CaptureTime = time.GetUtcNow(),
        Reason = SampleReason.Imported,
        Label = label,
        Defect = defect,
    };

    private static string[] FoldersOf(ZipArchiveEntry entry) => entry.FullName.Split('/', '\\')[..^1];

    private static (SampleLabel Label, string Defect) LabelOf(ZipArchiveEntry entry, SampleLabel label, string defect)
    {
        var folders = FoldersOf(entry);
        if (folders.Any(DatasetFrame.IsGood)) return (SampleLabel.Normal, "");
        var test = Array.IndexOf(folders, "test");
        return test >= 0 && test + 1 < folders.Length && folders[test + 1].Length <= DefectKind.MaxLength && DefectKind.Check(folders[test + 1]) is null
            ? (SampleLabel.Anomalous, folders[test + 1])
            : (label, label == SampleLabel.Normal ? "" : defect);
    }

    /// <summary>An entry's bytes; null where there are more than a frame may have, whatever the file says of itself.</summary>
    private async Task<byte[]?> ReadAsync(ZipArchiveEntry entry, CancellationToken cancellation)
    {
        if (entry.Length > options.MaxFrameBytes) return null;
        await using var packed = await entry.OpenAsync(cancellation);
        var file = new byte[entry.Length];
        await packed.ReadExactlyAsync(file, cancellation);
        return packed.ReadByte() < 0 ? file : null;
    }
}
