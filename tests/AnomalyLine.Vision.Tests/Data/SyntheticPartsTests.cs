using AnomalyLine.Demo;
using AnomalyLine.Demo.Parts;
using AnomalyLine.Imaging.Datasets;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Data;

public class SyntheticPartsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(PartDefect.Scratch)]
    [InlineData(PartDefect.MissingFeature)]
    public void Render_SameSeed_GivesTheSameBytes(PartDefect? defect)
    {
        RenderedPart one = SyntheticParts.Render(11, 128, 96, defect), other = SyntheticParts.Render(11, 128, 96, defect);

        Assert.Equal(one.Bgr, other.Bgr);
        Assert.Equal(one.Mask, other.Mask);
        Assert.NotEqual(one.Bgr, SyntheticParts.Render(12, 128, 96, defect).Bgr);
    }

    [Fact]
    public void Render_Normal_HasNoMask()
    {
        var part = SyntheticParts.Render(1, 128, 96);

        Assert.Equal((128, 96, 128 * 96 * 3), (part.Width, part.Height, part.Bgr.Length));
        Assert.DoesNotContain(true, part.Mask);
        Assert.Null(part.Defect);
    }

    [Fact]
    public void Render_AnyDefect_ShowsInsideItsMask() => Gen.Select(Gen.Int[0, 100000], Gen.Enum<PartDefect>()).Sample(
        (seed, defect) =>
        {
            var (inside, outside) = Difference(SyntheticParts.Render(seed, 128, 128), SyntheticParts.Render(seed, 128, 128, defect));
            Assert.True(inside > 8, $"{defect} {seed}: {inside} grey levels inside the mask");
            Assert.True(inside > 3 * outside, $"{defect} {seed}: {inside} inside, {outside} outside");
        },
        iter: 30);

    [Fact]
    public void Render_AnyDefect_CoversAFewPercentAtMost() => Gen.Select(Gen.Int[0, 100000], Gen.Enum<PartDefect>()).Sample(
        (seed, defect) => Assert.InRange(SyntheticParts.Render(seed, 128, 128, defect).Mask.Count(m => m), 12, 128 * 128 / 20), iter: 30);

    [Fact]
    public void WriteDataset_SmallOne_OpensAsAFolder()
    {
        using var folder = new TemporaryFolder();

        SyntheticParts.WriteDataset(folder.Path, 3, 2, 1, 7, 96, 80);

        var data = DatasetFolder.Open(folder.Path);
        Assert.Equal(3, data.TrainNormals.Count);
        Assert.Equal(["dent", "good", "good", "missing_feature", "scratch", "stain"], data.TestFrames.Select(f => f.DefectKind));
        Assert.All(data.TestFrames, f => Assert.Equal(f.IsNormal, f.MaskPath is null));
        Assert.All(data.TestFrames.Where(f => !f.IsNormal), f => Assert.Contains(true, MaskFile.Read(f.MaskPath!, 96, 80, (96, 80))));
        Assert.Distinct(data.TrainNormals.Concat(data.TestFrames.Select(f => f.Path)).Select(f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))));
    }

    [Theory]
    [InlineData(63, 256)]
    [InlineData(256, 4097)]
    public void Render_SizeOutOfRange_Throws(int width, int height) => Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticParts.Render(1, width, height));

    /// <summary>Mean difference of the green values inside and outside the second part's mask. Both share pose, light and texture, as the seed is the same.</summary>
    private static (double Inside, double Outside) Difference(RenderedPart normal, RenderedPart defective)
    {
        double inside = 0, outside = 0;
        var count = 0;
        for (var i = 0; i < normal.Mask.Length; i++)
        {
            var difference = Math.Abs(normal.Bgr[(3 * i) + 1] - defective.Bgr[(3 * i) + 1]);
            if (defective.Mask[i])
            {
                inside += difference;
                count++;
            }
            else
            {
                outside += difference;
            }
        }

        return (inside / count, outside / (normal.Mask.Length - count));
    }
}
