using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Vision.Tests.Masking;

public sealed class PerlinTests
{
    [Fact]
    public void At_MiddleOfACell_IsTheMeanOfItsCornersGradients()
    {
        var noise = new Perlin(1, 1, new Random(5));
        var twin = new Random(5);
        double sum = 0;
        foreach (var (dx, dy) in new[] { (0.5, 0.5), (-0.5, 0.5), (0.5, -0.5), (-0.5, -0.5) })
        {
            var angle = twin.NextSingle() * Math.Tau;
            sum += (Math.Cos(angle) * dx) + (Math.Sin(angle) * dy);
        }

        Assert.Equal(Math.Sqrt(2) * sum / 4, noise.At(0.5f, 0.5f), 1e-5);
    }

    [Fact]
    public void At_LatticePoints_IsZero()
    {
        var noise = new Perlin(4, 3, new Random(1));
        for (var y = 0; y <= 3; y++)
            for (var x = 0; x <= 4; x++) Assert.Equal(0, noise.At(x, y), 1e-6f);
    }

    [Fact]
    public void At_AcrossACellsEdge_IsContinuous()
    {
        var noise = new Perlin(8, 8, new Random(2));
        for (var y = 0.3f; y < 8; y += 0.37f) Assert.Equal(noise.At(2.99999f, y), noise.At(3.00001f, y), 1e-3f);
    }

    [Fact]
    public void Draw_ManySeeds_CoversAFewPercentAndCountsThem()
    {
        var mask = new bool[64 * 48];
        double covered = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var count = PerlinMask.Draw(64, 48, new Random(seed), mask);
            Assert.Equal(mask.Count(m => m), count);
            Assert.InRange(count, 1, mask.Length / 2);
            covered += count / 200.0 / mask.Length;
        }

        Assert.InRange(covered, 0.02, 0.2);
    }
}
