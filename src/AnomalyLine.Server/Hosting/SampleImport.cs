using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging;
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
    /// Keeps the pictures of a zip file, each as its folder says (<see cref="PictureZip"/>) or else as the caller does.
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
            using var pictures = new PictureZip(zip, options.MaxFrameBytes);
            for (var picture = 0; picture < pictures.Count; picture++)
            {
                var (what, kind) = pictures.LabelOf(picture, label, defect);
                if (await pictures.ReadAsync(picture, cancellation) is not { } file) wrong.Add($"{ControlCharacters.Escape(pictures.PathOf(picture))}: is damaged, or larger than {options.MaxFrameBytes} bytes.");
                else if ((await AddAsync(station, file, pictures.NameOf(picture), what, kind, caller, cancellation)).TryGet(out _, out var error)) kept();
                else if (error.Code == LineErrorCode.InvalidSample) wrong.Add(error.Message);
                else return error;
            }

            return wrong;
        }
        catch (InvalidDataException damage)
        {
            return new LineError(LineErrorCode.InvalidSample, damage.Message);
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
}
