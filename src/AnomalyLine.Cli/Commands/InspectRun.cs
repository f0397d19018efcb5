using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Cli.Commands;

/// <summary>Judges images with a detector and writes their overlays into a folder that exists. One thread.</summary>
internal sealed class InspectRun(IDetector detector, Calibration calibration, string folder)
{
    private const int MaxWidth = 1024;

    /// <summary>What was left out and what could not be read, as far as it has run.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What is wrong with the images that could not be read.</summary>
    public List<string> Unreadable { get; } = [];

    /// <summary>Judges an image or all images of a folder; one that cannot be read is left out.</summary>
    /// <param name="input">The image or the folder.</param>
    /// <param name="tell">Told after each image.</param>
    /// <param name="cancel">Stops between two images.</param>
    /// <returns>At least one.</returns>
    public IReadOnlyList<InspectedFrame> Inspect(string input, Action<InspectedFrame> tell, CancellationToken cancel)
    {
        var files = Files(input);
        var names = files.CountBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        var frames = new List<InspectedFrame>(files.Count);
        foreach (var file in files)
        {
            cancel.ThrowIfCancellationRequested();
            var name = Path.GetFileNameWithoutExtension(file);
            if (names[name] > 1) name = Path.GetFileName(file);
            try
            {
                frames.Add(Inspect(file, Path.Combine(folder, $"{name}_overlay.png")));
                tell(frames[^1]);
            }
            catch (DatasetException e)
            {
                Unreadable.Add(e.Message);
                Notes.Add($"left out, for it cannot be read: {e.Message}");
            }
        }

        return frames.Count > 0 ? frames : throw new CommandException($"none of {files.Count} images can be read; the first: {Unreadable[0]}");
    }

    private IReadOnlyList<string> Files(string input)
    {
        if (!Directory.Exists(input)) return [input];
        var listing = FrameListing.Of(input);
        if (listing.Note(input) is { } note) Notes.Add(note);
        return listing.Frames.Count > 0 ? listing.Frames
            : throw new CommandException($"{input}: holds no image; it needs {FrameListing.Types} files (not in folders below it).{string.Concat(Notes.Select(n => " " + n))}");
    }

    /// <summary>False where the model aligns parts and finds none; the message says why.</summary>
    private bool TryPrepare(string file, [NotNullWhen(true)] out PreparedFrame? prepared, [NotNullWhen(false)] out string? missing)
    {
        (prepared, missing) = (null, null);
        try
        {
            prepared = ClipFile.Prepare(file, detector.Input);
            return true;
        }
        catch (PartNotFoundException e)
        {
            missing = e.Message;
            return false;
        }
    }

    private InspectedFrame Inspect(string file, string overlay)
    {
        var frame = FrameFile.Read(file).AssumeBits(detector.Input.SignificantBits);
        if (!TryPrepare(file, out var prepared, out var missing))
        {
            if (!Overlay.TryEncodeFrame(frame, MaxWidth, PixelFormat.Png, out var plain, out var wrong)) throw new DatasetException($"{file}: {wrong}");
            File.WriteAllBytes(overlay, plain);
            return new InspectedFrame(file, "NotDecidable", 0, calibration.Threshold, overlay, [], missing);
        }

        using var owned = prepared;
        var detection = detector.Detect([prepared])[0];
        var regions = detection.Map.FindRegions(calibration.PixelThreshold);
        if (!Overlay.TryRender(frame, detection.Map, calibration.PixelThreshold, regions, MaxWidth, PixelFormat.Png, out var picture, out var error)) throw new DatasetException($"{file}: {error}");
        File.WriteAllBytes(overlay, picture);
        return new InspectedFrame(file, detection.Score > calibration.Threshold ? "NotOk" : "Ok", detection.Score, calibration.Threshold, overlay, regions);
    }
}
