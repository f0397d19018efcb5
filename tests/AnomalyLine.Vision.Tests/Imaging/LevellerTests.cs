using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Tests.Imaging;

public class LevellerTests
{
    private const int Side = 32;

    [Theory]
    [InlineData(Levelling.Frame)]
    [InlineData(Levelling.Local)]
    public void TryPrepare_DarkerAndPalerFrame_GivesTheSameValues(Levelling levelling)
    {
        var light = Pattern();
        var dark = Array.ConvertAll(light, v => (byte)((v / 4) + 20));

        Assert.Equal(Prepare(light, levelling), Prepare(dark, levelling), (a, b) => MathF.Abs(a - b) < 0.02f);
        Assert.NotEqual(Prepare(light, Levelling.None), Prepare(dark, Levelling.None), (a, b) => MathF.Abs(a - b) < 0.02f);
    }

    [Fact]
    public void TryPrepare_LevelledFrame_HasTheStatedMeanAndDeviation()
    {
        var values = Prepare(Pattern(), Levelling.Frame);

        var mean = values.Average();
        Assert.Equal(0.5, mean, 1e-3);
        Assert.Equal(0.15, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 1e-3);
    }

    [Fact]
    public void TryPrepare_LightFromOneSide_OnlyLocalLevellingTakesItOut()
    {
        var even = Pattern();
        var uneven = new byte[even.Length];
        for (var i = 0; i < even.Length; i++) uneven[i] = (byte)(even[i] * (0.3 + (0.7 * (i % Side) / Side)));

        Assert.True(Distance(Prepare(even, Levelling.Local), Prepare(uneven, Levelling.Local)) < 0.3 * Distance(Prepare(even, Levelling.Frame), Prepare(uneven, Levelling.Frame)));
    }

    [Theory]
    [InlineData(Levelling.Frame)]
    [InlineData(Levelling.Local)]
    public void TryPrepare_EvenFrame_IsGreyNotNoise(Levelling levelling)
    {
        var even = new byte[Side * Side];
        Array.Fill(even, (byte)90);

        Assert.All(Prepare(even, levelling), v => Assert.Equal(0.5f, v, 1f / 255));
    }

    [Fact]
    public void TryPrepare_LevelledColour_KeepsItsDifferenceFromGrey()
    {
        var grey = Pattern();
        var colour = new byte[grey.Length * 3];
        for (var i = 0; i < grey.Length; i++) (colour[3 * i], colour[(3 * i) + 1], colour[(3 * i) + 2]) = ((byte)(grey[i] + 20), grey[i], (byte)(grey[i] - 20));

        var values = TestImages.Prepare(TestImages.Raw(PixelFormat.Rgb8, Side, Side, colour), new InputSpec(Side, Side, 3, 1, Levelling.Frame));

        Assert.Equal(Prepare(grey, Levelling.Frame), values[(Side * Side)..(2 * Side * Side)], (a, b) => MathF.Abs(a - b) < 1.5f / 255);
        Assert.All(Enumerable.Range(0, Side * Side), i => Assert.True(values[i] > values[i + (Side * Side)]));
    }

    private static byte[] Pattern()
    {
        var random = new Random(3);
        var pattern = new byte[Side * Side];
        for (var i = 0; i < pattern.Length; i++) pattern[i] = (byte)(120 + random.Next(-60, 60));
        return pattern;
    }

    private static float[] Prepare(byte[] pixels, Levelling levelling) => TestImages.Prepare(TestImages.Raw(PixelFormat.Mono8, Side, Side, pixels), new InputSpec(Side, Side, 1, 1, levelling));

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
}
