using AnomalyLine.Evaluation.Metrics;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Metrics;

public sealed class PixelScoresTests
{
    private static readonly Gen<TestMap[]> AnyMaps =
        (from width in Gen.Int[1, 6]
         from height in Gen.Int[1, 6]
         from scores in Gen.Int[0, 6].Select(level => level / 2f).Array[width * height]
         from mask in Gen.Int[0, 2].Select(value => value == 0).Array[width * height]
         select new TestMap(scores, mask, width)).Array[1, 4];

    [Fact]
    public void Aupro_TwoAreasOfDifferentSize_CountAlike()
    {
        // One area of four places found whole, one of a single place missed: the overlap is 1/2 up to a rate of 1, where all is flagged.
        var pixels = new PixelScores();
        pixels.Add(
            [9, 9, 5, 5, 0, 9, 9, 5, 5, 5],
            [true, true, false, false, true, true, true, false, false, false],
            5);
        Assert.Equal(2, pixels.DefectAreas);
        Assert.Equal(0.5, pixels.Aupro(), 12);
    }

    [Fact]
    public void Aupro_LimitBetweenTwoThresholds_IsInterpolated()
    {
        // From (0, 0) straight to (0.5, 1) and (1, 1): below 0.3 a triangle of 0.3 x 0.6 / 2.
        var pixels = new PixelScores();
        pixels.Add([2, 2, 1], [true, false, false], 3);
        Assert.Equal(0.3, pixels.Aupro(0.3), 12);
        Assert.Equal(0.75, pixels.Aupro(1), 12);
    }

    [Fact]
    public void Aupro_AnyMaps_EqualsTheSweepOverAllThresholds() => AnyMaps.Sample(maps =>
    {
        var limit = 0.3;
        Assert.Equal(Sweep(maps, limit), Collect(maps).Aupro(limit), 10);
    });

    [Fact]
    public void AurocAndAveragePrecision_AnyMaps_EqualThoseOfAllPlacesTogether() => AnyMaps.Sample(maps =>
    {
        var scores = maps.SelectMany(map => map.Scores).ToArray();
        var mask = maps.SelectMany(map => map.Mask).ToArray();
        var pixels = Collect(maps);
        Assert.Equal(Auroc.Of(scores, mask), pixels.Auroc(), 12);
        Assert.Equal(AveragePrecision.Of(scores, mask), pixels.AveragePrecision(), 12);
    });

    [Fact]
    public void Add_AfterAMetricWasAsked_IsCounted()
    {
        var pixels = new PixelScores();
        pixels.Add([1, 2], [true, false], 2);
        Assert.Equal(0, pixels.Auroc());
        pixels.Add([0, 0], [], 2);
        Assert.Equal(2.0 / 3, pixels.Auroc(), 12);
    }

    [Fact]
    public void Aupro_NoDefectArea_IsNotANumber()
    {
        var pixels = new PixelScores();
        pixels.Add([1, 2], [], 2);
        Assert.True(double.IsNaN(pixels.Aupro()));
        Assert.True(double.IsNaN(pixels.Auroc()));
    }

    [Fact]
    public void Add_SizesThatDoNotFit_Throws()
    {
        var pixels = new PixelScores();
        Assert.Throws<ArgumentException>(() => pixels.Add([1, 2, 3], [], 2));
        Assert.Throws<ArgumentException>(() => pixels.Add([1, 2], [true], 2));
    }

    private static PixelScores Collect(TestMap[] maps)
    {
        var pixels = new PixelScores();
        foreach (var map in maps) pixels.Add(map.Scores, map.Mask, map.Width);
        return pixels;
    }

    /// <summary>The definition, threshold by threshold, with areas found by merging neighbours until nothing changes.</summary>
    private static double Sweep(TestMap[] maps, double limit)
    {
        var areas = maps.SelectMany(Areas).ToArray();
        var normal = maps.SelectMany(map => map.Scores.Where((_, i) => !map.Mask[i])).ToArray();
        if (areas.Length == 0 || normal.Length == 0) return double.NaN;
        var curve = new List<(double Rate, double Overlap)> { (0, 0) };
        foreach (var threshold in maps.SelectMany(map => map.Scores).Distinct().OrderDescending())
        {
            curve.Add((
                normal.Count(score => score >= threshold) / (double)normal.Length,
                areas.Average(area => area.Count(score => score >= threshold) / (double)area.Length)));
        }

        var sum = 0.0;
        foreach (var (from, to) in curve.Zip(curve.Skip(1)))
        {
            if (from.Rate >= limit || to.Rate <= from.Rate) continue;
            var end = Math.Min(to.Rate, limit);
            var overlap = from.Overlap + ((to.Overlap - from.Overlap) * (end - from.Rate) / (to.Rate - from.Rate));
            sum += (end - from.Rate) * (from.Overlap + overlap) / 2;
        }

        return sum / limit;
    }

    private static IEnumerable<float[]> Areas(TestMap map)
    {
        var area = map.Mask.Select((inside, i) => inside ? i : -1).ToArray();
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 0; i < area.Length; i++)
            {
                for (var j = 0; j < area.Length; j++)
                {
                    var touch = Math.Abs((i % map.Width) - (j % map.Width)) <= 1 && Math.Abs((i / map.Width) - (j / map.Width)) <= 1;
                    if (area[i] < 0 || area[j] < 0 || !touch || area[j] >= area[i]) continue;
                    area[i] = area[j];
                    changed = true;
                }
            }
        }

        return area.Select((number, i) => (number, score: map.Scores[i])).Where(place => place.number >= 0)
            .GroupBy(place => place.number, place => place.score).Select(group => group.ToArray());
    }

    private sealed record TestMap(float[] Scores, bool[] Mask, int Width);
}
