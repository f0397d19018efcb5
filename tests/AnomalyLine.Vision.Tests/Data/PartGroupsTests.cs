using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Training;
using AnomalyLine.Vision.Tests.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Tests.Data;

public sealed class PartGroupsTests : IDisposable
{
    private const int Side = 128;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_EqualPixelsInOtherFiles_AreOnePart()
    {
        string[] files = [Write("a.png", Plate(1)), Write("b.bmp", Plate(1)), Write("c.png", Plate(2)), Write("d.png", Plate(3))];

        var groups = PartGroups.Of(files, TestContext.Current.CancellationToken);

        Assert.Equal([["a.png", "b.bmp"], ["c.png"], ["d.png"]], groups.Parts.Select(p => p.Files.Select(Path.GetFileName).ToArray()));
        Assert.Equal((4, 1, 0), (groups.Files, groups.Copies, groups.NearCopies));
        Assert.Single(groups.Parts[0].Frames);
    }

    [Fact]
    public void Of_BurstsOfOnePart_AreOnePartEach()
    {
        // Three frames of each of eight parts: another noise, and another light.
        string[] files = [.. Enumerable.Range(0, 24).Select(i => Write($"{i:00}.png", Burst(Plate(i % 8), i)))];

        var groups = PartGroups.Of(files, TestContext.Current.CancellationToken);

        Assert.Equal(8, groups.Parts.Count);
        Assert.All(groups.Parts, part => Assert.Single(part.Files.Select(f => Array.IndexOf(files, f) % 8).Distinct()));
        Assert.Contains("24 normals show 8 different parts: 0 are equal to another one, 16 are near copies", groups.Note("normals"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_StableFixture_DifferentPartsStayApart()
    {
        // One picture of a fixture under parts that differ in a faint texture and noise alone.
        string[] files = [.. Enumerable.Range(0, 20).Select(i => Write($"{i:00}.png", Burst(Fixture(i), i)))];

        var groups = PartGroups.Of(files, TestContext.Current.CancellationToken);

        Assert.Equal(20, groups.Parts.Count);
        Assert.Null(groups.Note("normals"));
    }

    [Fact]
    public void Of_UnreadableFile_IsNamedAndLeftOut()
    {
        var groups = PartGroups.Of([Write("a.png", Plate(1)), _folder.File("broken.png", [1, 2, 3])], TestContext.Current.CancellationToken);

        Assert.Single(groups.Parts);
        Assert.Contains("broken.png", Assert.Single(groups.Unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public void Split_CopiesOfTenPlates_StayOnOneSideAndCountOnce()
    {
        string[] files = [.. Enumerable.Range(0, 100).Select(i => Write($"{i:000}.png", Plate(i / 10)))];
        var groups = PartGroups.Of(files, TestContext.Current.CancellationToken);

        var split = NormalSplit.Of(groups, seed: 1, heldOutShare: 0.2, validate: true);

        int[] Plates(IEnumerable<string> side) => [.. side.Select(f => Array.IndexOf(files, f) / 10).Distinct()];
        Assert.Equal((2, 2, 6), (split.HeldOut.Count, split.Validated.Count, split.Trained.Count));
        Assert.Empty(Plates(split.HeldOut).Intersect(Plates(split.Learnt)));
        Assert.Equal(10, Plates(split.HeldOut).Length + Plates(split.Learnt).Length);
        Assert.Equal(80, split.Learnt.Count);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, byte[] grey) => _folder.File(name, TestImages.Encode(Path.GetExtension(name), Side, Side, MatType.CV_8UC1, grey));

    /// <summary>A plate with a coarse texture of its own.</summary>
    private static byte[] Plate(int seed, double deviation = 40)
    {
        var random = new Random(seed);
        var texture = Enumerable.Range(0, 256).Select(_ => deviation * ((random.NextDouble() * 2) - 1)).ToArray();
        return [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(128 + texture[(i % Side / 8) + (16 * (i / Side / 8))]))];
    }

    private static byte[] Fixture(int seed)
    {
        byte[] ground = Plate(999, 80), part = Plate(seed, 6);
        return [.. ground.Zip(part, (g, p) => (byte)Math.Clamp(g + p - 128, 0, 255))];
    }

    /// <summary>The same part once more: noise of two grey values, a light of up to 2 % more or less.</summary>
    private static byte[] Burst(byte[] grey, int seed)
    {
        var random = new Random(1000 + seed);
        var light = 0.98 + (0.04 * random.NextDouble());
        return [.. grey.Select(g => (byte)Math.Clamp((g * light) + (random.NextDouble() * 7) - 3.5, 0, 255))];
    }
}
