using System.Globalization;
using AnomalyLine.Demo;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using OpenCvSharp;

namespace AnomalyLine.Benchmarks.Aligning;

/// <summary>Rendered parts that lie at random places within limits, in a folder that is deleted at the end.</summary>
internal sealed class PartsFolder : IDisposable
{
    private readonly int _side;
    private readonly double _share, _angle;
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-align-").FullName;

    public PartsFolder(int side, double share, double angle, int count)
    {
        (_side, _share, _angle) = (side, share, angle);
        var good = Directory.CreateDirectory(Path.Combine(_folder, "train", "good")).FullName;
        Files = [.. Enumerable.Range(0, count).Select(i => Path.Combine(good, string.Create(CultureInfo.InvariantCulture, $"{i:000}.png")))];
        for (var i = 0; i < count; i++)
        {
            var (frame, _) = Render(i, null);
            using var mat = Mat.FromPixelData(side, side, MatType.CV_8UC3, frame.Data.ToArray());
            Cv2.ImWrite(Files[i], mat, new ImageEncodingParam(ImwriteFlags.PngCompression, 1));
        }
    }

    /// <summary>A data set of normal parts.</summary>
    public string Root => _folder;

    /// <summary>The normal parts.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>A part at a place that follows from its seed.</summary>
    public (Frame Frame, PartPose Pose) Render(int seed, PartDefect? defect)
    {
        var random = new Random(seed);
        double Within(double most) => ((2 * random.NextDouble()) - 1) * most;
        var pose = PartPose.At((_side / 2.0) + Within(_share * _side), (_side / 2.0) + Within(_share * _side), 0.3 * _side * (1 + Within(0.01)), Within(_angle));
        return (SyntheticParts.Render(seed, _side, _side, defect, pose).ToFrame(default), pose);
    }

    /// <summary>Where the reference lies, by the parts that it was learnt from: nobody else knows.</summary>
    public PoseTruth Truth(PartAlignment alignment)
    {
        var found = Files.Select((_, i) => Render(i, null)).Select(part =>
        {
            using var prepared = FramePreparer.TryPrepare(part.Frame, new InputSpec(_side, _side, 1, Alignment: alignment), null, out var made, out var error) ? made : throw new InvalidOperationException(error);
            return (prepared.View!.ToFrame, part.Pose);
        });
        return PoseTruth.Of(found);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
