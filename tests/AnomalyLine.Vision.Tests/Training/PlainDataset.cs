using AnomalyLine.Imaging.Datasets;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Training;

/// <summary>
/// A data set of 16 x 16 grey frames, each of one grey with at most one brighter 4 x 4 square, in a folder of its own: the identity detector's scores
/// and maps on it are known by hand. Normal frames are 51 and 102 (0.2 and 0.4); a "dent" has a square of 204 (0.8); a "stain" is 51 with a square of 76.5 (0.3).
/// </summary>
internal sealed class PlainDataset : IDisposable
{
    public PlainDataset(bool masks = true, bool defects = true)
    {
        Write("train/good/000.png", 51, null);
        Write("test/good/000.png", 51, null);
        Write("test/good/001.png", 102, null);
        if (!defects) return;
        Write("test/dent/000.png", 51, 204);
        Write("test/stain/000.png", 25.5, 76.5);
        if (!masks) return;
        Write("ground_truth/dent/000_mask.png", 0, 255);
        Write("ground_truth/stain/000_mask.png", 0, 255);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("anomalyline-plain-").FullName;

    public DatasetFolder Open() => DatasetFolder.Open(Root);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public void Write(string name, double grey, double? square)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var mat = new Mat(16, 16, MatType.CV_8UC1, Scalar.All(Math.Floor(grey)));
        if (square is { } value) mat[4, 8, 4, 8].SetTo(Scalar.All(Math.Floor(value)));
        Assert.True(Cv2.ImWrite(path, mat));
    }
}
