using AnomalyLine.Imaging;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Imaging;

public class AnomalyMapTests
{
    [Fact]
    public void FindRegions_TwoAreasTouchingAtACorner_AreOne()
    {
        var map = Map(4, 3, [0, 0, 5, 0, 0, 7, 0, 0, 6, 0, 0, 3]);

        Assert.Equal([new DefectRegion(0, 0, 3, 3, 3, 7), new DefectRegion(3, 2, 1, 1, 1, 3)], map.FindRegions(1));
    }

    [Fact]
    public void FindRegions_UShape_JoinsItsArms() =>
        Assert.Equal([new DefectRegion(0, 0, 3, 3, 7, 9)], Map(3, 3, [9, 0, 2, 2, 0, 2, 2, 2, 2]).FindRegions(1));

    [Fact]
    public void FindRegions_ValueEqualToTheThreshold_IsNotAbove() => Assert.Empty(Map(2, 1, [1, 0.5f]).FindRegions(1));

    [Fact]
    public void FindRegions_MoreThanWanted_KeepsTheHighestPeaks() =>
        Assert.Equal([9f, 8f], Map(7, 1, [2, 0, 9, 0, 3, 0, 8]).FindRegions(1, 2).Select(r => r.Peak));

    [Fact]
    public void FindRegions_MapOfARegion_GivesFramePixels()
    {
        var map = new AnomalyMap(4, 2, [0, 0, 0, 0, 0, 2, 2, 0], new RegionOfInterest(100, 50, 40, 30));

        Assert.Equal([new DefectRegion(110, 65, 20, 15, 300, 2)], map.FindRegions(1));
    }

    [Fact]
    public void FindRegions_MapFinerThanTheFrame_CoversEachTouchedPixel()
    {
        var map = new AnomalyMap(6, 6, [.. Enumerable.Range(0, 36).Select(i => i == 14 ? 2f : 0)], new RegionOfInterest(0, 0, 4, 4));

        var region = Assert.Single(map.FindRegions(1));

        Assert.Equal((1, 1, 1, 1), (region.X, region.Y, region.Width, region.Height));
        Assert.Equal(16 / 36.0, region.Area, 1e-12);
    }

    [Fact]
    public void FindRegions_RandomMaps_EqualsFloodFill() => Gen.Select(Gen.Int[1, 24], Gen.Int[1, 24], Gen.Int[0, 100000], Gen.Int[1, 9]).Sample((width, height, seed, density) =>
    {
        var random = new Random(seed);
        var values = new float[width * height];
        for (var i = 0; i < values.Length; i++) values[i] = random.Next(10) < density ? 1 + random.NextSingle() : random.NextSingle();

        var found = Map(width, height, values).FindRegions(1, int.MaxValue);

        Assert.Equal(FloodFill(width, height, values, 1).OrderByDescending(r => r.Peak), found);
    });

    private static AnomalyMap Map(int width, int height, float[] values) => new(width, height, values, new RegionOfInterest(0, 0, width, height));

    private static List<DefectRegion> FloodFill(int width, int height, float[] values, float threshold)
    {
        var regions = new List<DefectRegion>();
        var seen = new HashSet<(int X, int Y)>();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var cells = new List<(int X, int Y)>();
                Visit(x, y, cells);
                if (cells.Count == 0) continue;
                int left = cells.Min(c => c.X), top = cells.Min(c => c.Y);
                regions.Add(new DefectRegion(
                    left, top, cells.Max(c => c.X) - left + 1, cells.Max(c => c.Y) - top + 1, cells.Count, cells.Max(c => values[(c.Y * width) + c.X])));
            }
        }

        return regions;

        void Visit(int x, int y, List<(int X, int Y)> cells)
        {
            if (x < 0 || y < 0 || x >= width || y >= height || values[(y * width) + x] <= threshold || !seen.Add((x, y))) return;
            cells.Add((x, y));
            for (var dy = -1; dy <= 1; dy++)
                for (var dx = -1; dx <= 1; dx++) Visit(x + dx, y + dy, cells);
        }
    }
}
