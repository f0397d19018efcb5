using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class SuperpixelsTests
{
    [Theory]
    [InlineData(64, 64, 32, 1)]
    [InlineData(96, 64, 100, 3)]
    [InlineData(50, 70, 12, 3)]
    public void Of_NoisyFrame_GivesConnectedRegionsOfAboutTheNumberWanted(int height, int width, int wanted, int channels)
    {
        var superpixels = Superpixels.Of(Noise(height * width * channels, 1), height, width, wanted, 10);
        Assert.InRange(superpixels.Count, wanted / 2, wanted * 2);
        Assert.Equal(Enumerable.Range(0, superpixels.Count), superpixels.Labels.Distinct().Order());
        Assert.Equal(superpixels.Count, Parts(superpixels));
    }

    [Fact]
    public void Of_FlatFrame_IsTheRegularGrid()
    {
        var superpixels = Superpixels.Of(new float[64 * 64], 64, 64, 16, 10);
        for (var i = 0; i < superpixels.Labels.Length; i++) Assert.Equal((i / 64 / 16 * 4) + (i % 64 / 16), superpixels.Labels[i]);
    }

    [Fact]
    public void Of_TwoColours_NoRegionCrossesTheirBorder()
    {
        // The border lies off the grid of 16 pixels.
        var frame = new float[3 * 64 * 64];
        for (var i = 0; i < frame.Length; i++) frame[i] = i % 64 < 27 ? 0.2f : 0.8f;
        var superpixels = Superpixels.Of(frame, 64, 64, 16, 10);
        var left = superpixels.Labels.Where((_, i) => i % 64 < 27).ToHashSet();
        Assert.DoesNotContain(superpixels.Labels.Where((_, i) => i % 64 >= 27), left.Contains);
    }

    [Fact]
    public void Of_WhiteNoise_HasNoRegionThatSwallowsTheOthers()
    {
        var random = new Random(1);
        var superpixels = Superpixels.Of([.. Enumerable.Range(0, 3 * 64 * 64).Select(_ => random.NextSingle())], 64, 64, 64, 10);
        Assert.InRange(superpixels.Count, 16, 256);
        Assert.True(superpixels.Labels.CountBy(l => l).Max(l => l.Value) < 64 * 64 / 8);
    }

    [Fact]
    public void Of_SameFrame_GivesTheSameRegions()
    {
        var frame = Noise(64 * 64, 2);
        Assert.Equal(Superpixels.Of(frame, 64, 64, 40, 10).Labels, Superpixels.Of(frame, 64, 64, 40, 10).Labels);
    }

    /// <summary>Colours that change slowly, and noise.</summary>
    internal static float[] Noise(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(i => (float)(0.5 + (0.3 * Math.Sin(i / 100.0)) + (0.2 * (random.NextDouble() - 0.5))))];
    }

    /// <summary>Connected parts of equal label, by spreading the least index until nothing changes.</summary>
    private static int Parts(Superpixels superpixels)
    {
        var (labels, width) = (superpixels.Labels, superpixels.Width);
        var parts = Enumerable.Range(0, labels.Length).ToArray();
        for (var hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            for (var i = 0; i < labels.Length; i++)
            {
                foreach (var j in new[] { i % width < width - 1 ? i + 1 : i, i + width < labels.Length ? i + width : i })
                {
                    if (labels[i] != labels[j] || parts[i] == parts[j]) continue;
                    parts[i] = parts[j] = Math.Min(parts[i], parts[j]);
                    hasChanged = true;
                }
            }
        }

        return parts.Distinct().Count();
    }
}
