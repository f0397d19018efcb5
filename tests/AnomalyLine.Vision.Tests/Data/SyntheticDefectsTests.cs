using AnomalyLine.Demo;
using AnomalyLine.Evaluation.Defects;
using AnomalyLine.Imaging;
using CsCheck;

namespace AnomalyLine.Vision.Tests.Data;

public class SyntheticDefectsTests
{
    private static readonly Gen<(int Seed, SyntheticDefectKind Kind, int Channels)> Cases = Gen.Select(Gen.Int[0, 100000], Gen.Enum<SyntheticDefectKind>(), Gen.Bool.Select(grey => grey ? 1 : 3));

    [Fact]
    public void Plant_AnyKind_ChangesTheMaskVisiblyAndStaysInRange() => Cases.Sample(
        (seed, kind, channels) =>
        {
            var input = new InputSpec(72, 64, channels);
            var frame = Part(input, seed);
            var (result, mask, _) = Plant(frame, input, seed, kind);
            var inside = Enumerable.Range(0, result.Length).Where(i => mask[i % mask.Length]).ToArray();
            Assert.NotEmpty(inside);
            Assert.True(inside.Average(i => Math.Abs(result[i] - frame[i])) >= 0.06f);
            Assert.All(result, v => Assert.InRange(v, 0f, 1f));
        },
        iter: 60);

    [Fact]
    public void Plant_CutPaste_LeavesTheRestUntouched()
    {
        var input = new InputSpec(72, 64, 3);
        var frame = Part(input, 1);

        var (result, mask, kind) = Plant(frame, input, 4, SyntheticDefectKind.CutPaste);

        Assert.Equal(SyntheticDefectKind.CutPaste, kind);
        for (var i = 0; i < result.Length; i++)
            if (!mask[i % mask.Length]) Assert.Equal(frame[i], result[i]);
    }

    [Fact]
    public void Plant_SameSeed_GivesTheSame()
    {
        var input = new InputSpec(72, 64, 3);
        var frame = Part(input, 1);

        foreach (var kind in Enum.GetValues<SyntheticDefectKind>())
        {
            Assert.Equal(Plant(frame, input, 9, kind).Result, Plant(frame, input, 9, kind).Result);
            Assert.NotEqual(Plant(frame, input, 9, kind).Result, Plant(frame, input, 10, kind).Result);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.5f)]
    [InlineData(1f)]
    public void Plant_BlurOnAFlatFrame_PlantsATextureInstead(float grey)
    {
        var input = new InputSpec(64, 64, 1);
        var frame = Enumerable.Repeat(grey, 4096).ToArray();

        var (result, mask, kind) = Plant(frame, input, 3, SyntheticDefectKind.Blur);

        Assert.Equal(SyntheticDefectKind.Texture, kind);
        Assert.Contains(true, mask);
        Assert.NotEqual(frame, result);
    }

    [Fact]
    public void Plant_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => SyntheticDefects.Plant(new float[4], new InputSpec(2, 2, 1), 1, SyntheticDefectKind.Blur, new float[3], new bool[4]));

    private static (float[] Result, bool[] Mask, SyntheticDefectKind Kind) Plant(float[] frame, InputSpec input, int seed, SyntheticDefectKind kind)
    {
        var result = new float[input.Length];
        var mask = new bool[input.Width * input.Height];
        return (result, mask, SyntheticDefects.Plant(frame, input, seed, kind, result, mask));
    }

    private static float[] Part(InputSpec input, int seed)
    {
        Assert.True(FramePreparer.TryPrepare(SyntheticParts.Render(seed, 96, 96).ToFrame(DateTimeOffset.UnixEpoch), input, null, out var prepared, out var error), error);
        using (prepared) return prepared.Values.ToArray();
    }
}
