using System.Numerics;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.AnomalyMaps;

/// <summary>Maps that are computed by walking over frames equal those of tensor operations, which training uses.</summary>
public sealed class CpuMapKernelsTests
{
    public static MatrixTheoryData<int, int, int> Sizes => new([1, 3], [32, 61, 128], [32, 45, 130]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void StructuralDistance_AnySize_EqualsTensorOperations(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        foreach (var range in new[] { 1, 2 })
        {
            var (x, y) = Pair(channels, height, width, range);
            var walked = MeanFilter.Apply(StructuralSimilarity.Distance(x, y, range, ThreadTeam.Alone), 11, ThreadTeam.Alone);

            // Variances of flat places lose more than that in float32, whichever way they are computed: no more than tensor operations do is asked for there.
            var expected = Smoothed(x.@double(), y.@double());
            var lost = (expected - Smoothed(x, y)).abs().max().ToSingle();
            AssertClose(expected, walked, Math.Max(1e-5f, 2 * lost));
            Assert.True(lost < 5e-5f, $"{lost}");

            Tensor Smoothed(Tensor one, Tensor other) => MeanFilter.Pool(1 - StructuralSimilarity.Map(one, other, range).mean([1]), 11);
            Assert.True(expected.max().ToSingle() > 0.05f);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 6)]
    [InlineData(7, 17)]
    [InlineData(12, 129)]
    [InlineData(11, 133)]
    [InlineData(31, 264)]
    public void StructuralDistance_SmallerThanWindowOrAPieceOverAStrip_EqualsTensorOperations(int height, int width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var (x, y) = (rand(2, 3, height, width), rand(2, 3, height, width));
        AssertClose(1 - StructuralSimilarity.Map(x.@double(), y.@double(), 1).mean([1]), StructuralSimilarity.Distance(x, y, 1, ThreadTeam.Alone), 1e-5f);
    }

    [Fact]
    public void StructuralDistance_SameFrameOrNoNumber_IsZeroOrNoNumber()
    {
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 20, 140);
        Assert.Equal(0, StructuralSimilarity.Distance(frame, frame.clone(), 1, ThreadTeam.Alone).abs().max().ToSingle());

        var broken = frame.clone();
        broken[0, 1, 10, 130] = float.NaN;
        var lost = StructuralSimilarity.Distance(frame, broken, 1, ThreadTeam.Alone).isnan();
        Assert.Equal(11 * 11, lost.sum().ToInt32());
        Assert.True(lost.narrow(1, 5, 11).narrow(2, 125, 11).all().ToBoolean());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void GradientDistance_AnySize_EqualsTensorOperations(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        foreach (var scales in new[] { 1, 4 })
        {
            var (x, y) = Pair(channels, height, width, 2);
            var expected = GradientMagnitudeSimilarity.Distance(x.@double(), y.@double(), 2, scales, ThreadTeam.Alone);
            AssertClose(expected, GradientMagnitudeSimilarity.Distance(x, y, 2, scales, ThreadTeam.Alone), 1e-5f);
            Assert.True(expected.max().ToSingle() > 0.05f);
        }
    }

    [Theory]
    [InlineData(3, 32, 32)]
    [InlineData(21, 61, 45)]
    [InlineData(21, 130, 128)]
    [InlineData(63, 32, 33)]
    public void MeanFilter_AnySize_EqualsTensorOperations(int window, int height, int width)
    {
        using var scope = NewDisposeScope();
        var map = rand(3, height, width);
        AssertClose(MeanFilter.Pool(map, window), MeanFilter.Apply(map, window, ThreadTeam.Alone), 1e-6f);
        AssertClose(MeanFilter.Pool(map, window), MeanFilter.Apply(map.permute(0, 2, 1).contiguous().permute(0, 2, 1), window, ThreadTeam.Alone), 1e-6f);
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(61, 45)]
    [InlineData(3, 1)]
    public void ColourDistance_AnySize_EqualsTensorOperations(int height, int width)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);

        // Dark colours too, where both curves are lines, and values outside of the range.
        var x = rand(2, 3, height, width).pow(3);
        var y = (x + (randn_like(x) * 0.1)) * 1.05;
        var expected = CieLab.Squares(x.@double(), y.@double());
        var walked = CieLab.ChromaDistance(x, y, ThreadTeam.Alone);

        // In units of colour, of which a* and b* have about 220 each.
        var difference = (expected.sqrt() - walked.sqrt()).abs().max().ToSingle();
        Assert.True(difference < 4e-4f, $"{difference} of {expected.max().sqrt().ToSingle()}");
        Assert.True(expected.max().ToSingle() > 10);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SquaredDistance_AnySize_EqualsTensorOperations(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (x, y) = Pair(channels, height, width, 2);
        var expected = SquaredDistance.Mean(x.@double(), y.@double());
        AssertClose(expected, SquaredDistance.Apply(x, y, ThreadTeam.Alone), 1e-6f);
        Assert.True(expected.max().ToSingle() > 0.05f);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(67)]
    public void Highest_AnyPlace_IsFoundInItsOwnFrame(int places)
    {
        using var scope = NewDisposeScope();
        for (var at = 0; at < places; at++)
        {
            var maps = rand(2, 1, places) * -1;
            maps[1, 0, at] = 3;
            Assert.Equal([maps[0].max().ToSingle(), 3], CpuMapKernels.Highest(maps).data<float>().ToArray());
            maps[0, 0, at] = float.NaN;
            Assert.Equal([float.NaN, 3], CpuMapKernels.Highest(maps).data<float>().ToArray());
        }
    }

    [Fact]
    public void MeanFilter_SmallValuesBesideLargeOnes_KeepTheirDigits()
    {
        using var scope = NewDisposeScope();
        var map = full(1, 40, 40, 1e-6f);
        map.narrow(1, 0, 8).fill_(1e6f);
        Assert.Equal(1e-6f, MeanFilter.Apply(map, 21, ThreadTeam.Alone)[0, 30, 20].ToSingle(), 1e-12f);
    }

    [Fact]
    public void ColourDistance_SameFrameOrNoNumber_IsZeroOrNoNumber()
    {
        using var scope = NewDisposeScope();
        var frame = rand(1, 3, 5, 7);
        Assert.Equal(0, CieLab.ChromaDistance(frame, frame.clone(), ThreadTeam.Alone).max().ToSingle());
        Assert.True(float.IsNaN(CieLab.ChromaDistance(frame, full_like(frame, float.NaN), ThreadTeam.Alone).max().ToSingle()));
    }

    [Fact]
    public void Roots_AllOfTheirRange_AreWithinThreePartsOfTenMillion()
    {
        for (var value = 1e-4; value <= 2; value *= 1.0003)
        {
            var x = new Vector<float>((float)value);
            Assert.True(Math.Abs((ColourDistance.CubeRoot(x)[0] / Math.Cbrt((float)value)) - 1) < 3e-7, $"cube root of {value}");
            Assert.True(Math.Abs((ColourDistance.FifthRoot(x)[0] / Math.Pow((float)value, 0.2)) - 1) < 3e-7, $"fifth root of {value}");
        }
    }

    /// <summary>Two frames of a batch, smooth as pictures are, and the same with noise and an edge.</summary>
    private static (Tensor X, Tensor Y) Pair(int channels, int height, int width, int range)
    {
        random.manual_seed(7);
        var x = nn.functional.interpolate(rand(2, channels, 8, 8), [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        var y = (x + (randn_like(x) * 0.03)).clamp(0, 1);
        y.narrow(2, 10, 6).narrow(3, 12, 9).fill_(0.9);
        return range == 1 ? (x, y) : ((x * 2) - 1, (y * 2) - 1);
    }

    private static void AssertClose(Tensor expected, Tensor actual, float tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().ToSingle();
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:G3} of {expected.max().ToSingle():G3}");
        Assert.True(difference <= tolerance, $"{difference}");
    }
}
