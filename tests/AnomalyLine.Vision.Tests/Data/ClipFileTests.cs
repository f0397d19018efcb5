using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class ClipFileTests : IDisposable
{
    private static readonly InputSpec Clip = new(4, 4, 1, 3);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Prepare_MiddleOfAClip_HoldsTheFramesBeforeItOldestFirst()
    {
        for (var i = 8; i <= 11; i++) Write($"clip/a{i:D3}.png", 10 * i);
        Assert.Equal([90, 100, 110], Greys("clip/a011.png"));
    }

    [Fact]
    public void Prepare_StartOfAClip_RepeatsTheEarliest()
    {
        for (var i = 0; i <= 1; i++) Write($"clip/{i:D3}.png", 10 + i);
        Assert.Equal([10, 10, 11], Greys("clip/001.png"));
        Assert.Equal([10, 10, 10], Greys("clip/000.png"));
    }

    [Fact]
    public void Prepare_FramesOfSeveralKinds_AreFoundInTheSameTestOnly()
    {
        Write("test/good/003.png", 3);
        Write("test/jump/004.png", 4);
        Write("test/good/005.png", 5);
        Write("other/good/006.png", 6);
        Write("other/jump/007.png", 7);
        Assert.Equal([3, 4, 5], Greys("test/good/005.png"));
        Assert.Equal([7, 7, 7], Greys("other/jump/007.png"));
    }

    [Fact]
    public void Prepare_NameWithoutNumber_IsAnErrorForClipsOnly()
    {
        Write("clip/part.png", 10);
        using var single = ClipFile.Prepare(Path("clip/part.png"), Clip with { Frames = 1 });
        Assert.Equal(16, single.Values.Length);
        Assert.Contains("ends in no number", Assert.Throws<DatasetException>(() => ClipFile.Prepare(Path("clip/part.png"), Clip)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    private int[] Greys(string name)
    {
        using var clip = ClipFile.Prepare(Path(name), Clip);
        Assert.Equal(48, clip.Values.Length);
        return [.. clip.Values.ToArray().Chunk(16).Select(frame => (int)MathF.Round(frame.Distinct().Single() * 255))];
    }

    private void Write(string name, int grey)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        using var mat = new Mat(4, 4, MatType.CV_8UC1, Scalar.All(grey));
        Assert.True(Cv2.ImWrite(Path(name), mat));
    }
}
