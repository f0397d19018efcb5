using AnomalyLine.Learning.Losses;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Losses;

public sealed class StructuralSimilarityTests
{
    [Fact]
    public void Map_EqualImages_IsOne()
    {
        using var scope = NewDisposeScope();
        var x = rand(1, 3, 32, 32);
        Assert.True((StructuralSimilarity.Map(x, x, 1) - 1).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void Map_ConstantImages_IsTheLuminanceTermAlone()
    {
        // Away from the border the variances are zero, so SSIM = (2ab + C1) / (a² + b² + C1).
        using var scope = NewDisposeScope();
        const double a = 0.3, b = 0.6, c1 = 0.0001;
        var map = StructuralSimilarity.Map(full([1, 1, 32, 32], a), full([1, 1, 32, 32], b), 1);
        Assert.Equal(((2 * a * b) + c1) / ((a * a) + (b * b) + c1), map[0, 0, 16, 16].item<float>(), 1e-4);
    }

    [Fact]
    public void Map_RandomImages_EqualsTheSumOverTheWindow()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (x, y) = (rand(1, 1, 24, 24), rand(1, 1, 24, 24));
        var map = StructuralSimilarity.Map(x, y, 2);
        foreach (var (row, column) in new[] { (12, 12), (0, 0), (3, 20) })
            Assert.Equal(Slow(x, y, row, column, 2), map[0, 0, row, column].item<float>(), 1e-4);
    }

    private static double Slow(Tensor x, Tensor y, int row, int column, double range)
    {
        var weights = new double[11, 11];
        double total = 0;
        for (var i = 0; i < 11; i++)
            for (var j = 0; j < 11; j++)
                total += weights[i, j] = Math.Exp(-(((i - 5) * (i - 5)) + ((j - 5) * (j - 5))) / (2 * 1.5 * 1.5));
        double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < 11; i++)
        {
            for (var j = 0; j < 11; j++)
            {
                var (r, c) = (row + i - 5, column + j - 5);
                if (r < 0 || c < 0 || r >= 24 || c >= 24) continue;
                var w = weights[i, j] / total;
                double a = x[0, 0, r, c].item<float>(), b = y[0, 0, r, c].item<float>();
                mx += w * a;
                my += w * b;
                xx += w * a * a;
                yy += w * b * b;
                xy += w * a * b;
            }
        }

        var (c1, c2) = (Math.Pow(0.01 * range, 2), Math.Pow(0.03 * range, 2));
        return ((2 * mx * my) + c1) * ((2 * (xy - (mx * my))) + c2) / (((mx * mx) + (my * my) + c1) * ((xx - (mx * mx)) + (yy - (my * my)) + c2));
    }
}
