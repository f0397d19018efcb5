using AnomalyLine.Vision.Data;
using AnomalyLine.Vision.Imaging;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Thresholds;

namespace AnomalyLine.Cli.Commands;

/// <summary>Judges images with a detector and writes their overlays into a folder. One thread.</summary>
internal sealed class InspectRun(IDetector detector, Calibration calibration, string folder)
{
    private const int MaxWidth = 1024;

    /// <summary>Judges an image or all images of a folder.</summary>
    /// <param name="input">The image or the folder.</param>
    /// <param name="tell">Told after each image.</param>
    /// <param name="cancel">Stops between two images.</param>
    /// <returns>At least one.</returns>
    public IReadOnlyList<InspectedFrame> Inspect(string input, Action<InspectedFrame> tell, CancellationToken cancel)
    {
        var files = Directory.Exists(input) ? [.. DatasetFolder.Frames(input)] : new[] { input };
        if (files.Length == 0) throw new CommandException($"{input}: holds no image; it needs png, jpg, jpeg or bmp files (not in folders below it).");
        Directory.CreateDirectory(folder);
        var names = files.CountBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        var frames = new List<InspectedFrame>(files.Length);
        foreach (var file in files)
        {
            cancel.ThrowIfCancellationRequested();
            var name = Path.GetFileNameWithoutExtension(file);
            if (names[name] > 1) name = Path.GetFileName(file);
            frames.Add(Inspect(file, Path.Combine(folder, $"{name}_overlay.png")));
            tell(frames[^1]);
        }

        return frames;
    }

    private InspectedFrame Inspect(string file, string overlay)
    {
        var frame = FrameFile.Read(file).AssumeBits(detector.Input.SignificantBits);
        using var prepared = ClipFile.Prepare(file, detector.Input);
        var detection = detector.Detect([prepared])[0];
        var regions = detection.Map.FindRegions(calibration.PixelThreshold);
        if (!Overlay.TryRender(frame, detection.Map, calibration.PixelThreshold, regions, MaxWidth, PixelFormat.Png, out var picture, out var error)) throw new DatasetException($"{file}: {error}");
        File.WriteAllBytes(overlay, picture);
        return new InspectedFrame(file, detection.Score > calibration.Threshold ? "NotOk" : "Ok", detection.Score, calibration.Threshold, overlay, regions);
    }
}
