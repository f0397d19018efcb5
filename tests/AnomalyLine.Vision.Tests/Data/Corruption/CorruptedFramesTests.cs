using AnomalyLine.Imaging;
using AnomalyLine.Learning.Corruption;
using AnomalyLine.Learning.Masking;
using AnomalyLine.Learning.Methods.Fair;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Data.Corruption;

public sealed class CorruptedFramesTests
{
    private static readonly InputSpec Size = new(48, 32, 3);

    [Theory]
    [InlineData("fair", 1)]
    [InlineData("fair", 3)]
    [InlineData("texture", 3)]
    [InlineData("seamless", 3)]
    [InlineData("turned", 3)]
    public void Make_AnyKind_ChangesOnlyWhatTheMaskSays(string kind, int channels)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var frames = rand(6, channels, 32, 48);
        var before = frames.clone();
        var (corrupted, masks) = CorruptedFrames.Make(frames, new Random(3), Kind(kind));
        var changed = (corrupted - frames).abs().amax([1]);

        // Where a seamless patch changes next to nothing, it counts as normal.
        Assert.True((changed * (1 - masks)).max().item<float>() <= 0.021f);
        Assert.True((changed * masks).max().item<float>() > 0.1f);
        Assert.True(corrupted.min().item<float>() >= 0 && corrupted.max().item<float>() <= 1);
        Assert.True(frames.Equals(before));
    }

    [Fact]
    public void Make_SameSeed_GivesTheSameFrames()
    {
        using var scope = NewDisposeScope();
        var frames = rand(4, 3, 32, 32);
        var one = CorruptedFrames.Make(frames, new Random(3), FairCorruption.Apply);
        var two = CorruptedFrames.Make(frames, new Random(3), FairCorruption.Apply);
        Assert.True(one.Frames.Equals(two.Frames) && one.Masks.Equals(two.Masks));
        Assert.False(one.Frames.Equals(CorruptedFrames.Make(frames, new Random(4), FairCorruption.Apply).Frames));
    }

    [Fact]
    public void FairCorruption_ManyFrames_LeavesThreeInTenClean()
    {
        var random = new Random(1);
        var (one, other) = (Noise(random), Noise(random));
        var clean = 0;
        for (var i = 0; i < 1000; i++)
        {
            var mask = new float[Size.Width * Size.Height];
            FairCorruption.Apply((float[])one.Clone(), other, Size, random, mask);
            if (mask.Max() == 0) clean++;
        }

        Assert.InRange(clean, 250, 350);
    }

    [Fact]
    public void TextureBlend_Mask_IsThePerlinMask()
    {
        var source = new Random(1);
        var (frame, other) = (Noise(source), Noise(source));
        var mask = new float[Size.Width * Size.Height];
        TextureBlend.Apply(frame, other, Size, new Random(9), mask);
        var expected = new bool[mask.Length];
        PerlinMask.Draw(Size.Width, Size.Height, new Random(9), expected);
        Assert.Equal(expected, mask.Select(m => m > 0));
    }

    [Fact]
    public void TurnedPatch_GreySource_IsGreyOrBlackInARectangle()
    {
        var frame = Enumerable.Repeat(0.9f, Size.Length).ToArray();
        var mask = new float[Size.Width * Size.Height];
        TurnedPatch.Apply(frame, Enumerable.Repeat(0.5f, Size.Length).ToArray(), Size, new Random(4), mask);
        var inside = Enumerable.Range(0, mask.Length).Where(i => mask[i] > 0).ToArray();
        var (width, height) = (inside.Max(i => i % 48) - inside.Min(i => i % 48) + 1, inside.Max(i => i / 48) - inside.Min(i => i / 48) + 1);
        Assert.Equal(width * height, inside.Length);
        Assert.All(inside, i => Assert.True(frame[i] is 0 or 0.5f));
    }

    [Fact]
    public void SeamlessPatch_FlatFrames_ChangesNothing()
    {
        // A flat patch has no gradients to bring along, however different its brightness.
        var frame = Enumerable.Repeat(0.2f, Size.Length).ToArray();
        var mask = new float[Size.Width * Size.Height];
        SeamlessPatch.Apply(frame, Enumerable.Repeat(0.8f, Size.Length).ToArray(), Size, new Random(1), mask);
        Assert.All(frame, v => Assert.Equal(0.2f, v, 1e-5f));
        Assert.Equal(0, mask.Max());
    }

    [Fact]
    public void Membrane_LinearEdge_IsLinearInside()
    {
        var field = new float[9 * 7];
        for (var i = 0; i < field.Length; i++) field[i] = i % 9 is 0 or 8 || i / 9 is 0 or 6 ? Plane(i) : 0;
        Membrane.Stretch(field, 9);
        for (var i = 0; i < field.Length; i++) Assert.Equal(Plane(i), field[i], 1e-4f);

        static float Plane(int i) => 1 + (0.5f * (i % 9)) - (0.25f * (i / 9));
    }

    [Fact]
    public void Membrane_RoughEdge_ComesCloseToLaplacesSolution()
    {
        const int side = 16;
        var random = new Random(2);
        var field = new float[side * side];
        for (var i = 0; i < field.Length; i++) field[i] = IsEdge(i) ? random.NextSingle() : 0;
        var exact = (float[])field.Clone();
        Membrane.Stretch(field, side);
        for (var sweep = 0; sweep < 2000; sweep++)
            for (var i = 0; i < exact.Length; i++)
                if (!IsEdge(i)) exact[i] = (exact[i - 1] + exact[i + 1] + exact[i - side] + exact[i + side]) / 4;
        var largest = field.Zip(exact, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(largest < 0.05, $"{largest}");

        static bool IsEdge(int i) => i % side is 0 or side - 1 || i / side is 0 or side - 1;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void TextureLook_ManySeeds_StaysInRangeAndMostlyChanges(int channels)
    {
        var changed = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var pixel = Enumerable.Range(0, channels).Select(c => 0.2f + (0.25f * c)).ToArray();
            var before = pixel.ToArray();
            new TextureLook(channels, new Random(seed)).Apply(pixel);
            Assert.All(pixel, v => Assert.InRange(v, 0, 1));
            if (pixel.Zip(before, (a, b) => Math.Abs(a - b)).Max() > 0.02f) changed++;
        }

        Assert.True(changed > 150, $"only {changed} of 200 look different");
    }

    [Fact]
    public void RandomTurn_AllOrNone_TurnsAllOrNone()
    {
        using var scope = NewDisposeScope();
        var frames = zeros(3, 1, 33, 33);
        frames.narrow(2, 16, 1).fill_(1);
        Assert.True(RandomTurn.Apply(frames, 0, new Random(1)).Equals(frames));
        var turned = RandomTurn.Apply(frames, 1, new Random(1));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, turned[i, 0, 16, 16].item<float>(), 1e-3f);
            Assert.True((turned[i] - frames[i]).abs().max().item<float>() > 0.5f);
        }
    }

    private static FrameCorruption Kind(string name) => name switch
    {
        "fair" => FairCorruption.Apply,
        "texture" => TextureBlend.Apply,
        "seamless" => SeamlessPatch.Apply,
        _ => TurnedPatch.Apply,
    };

    private static float[] Noise(Random random) => Enumerable.Range(0, Size.Length).Select(_ => random.NextSingle()).ToArray();
}
