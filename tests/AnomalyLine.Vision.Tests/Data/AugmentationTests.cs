using AnomalyLine.Imaging;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Vision.Tests.Data;

public class AugmentationTests
{
    private static readonly InputSpec Two = new(2, 2, 1);
    private static readonly float[] Frame = [0.1f, 0.2f, 0.3f, 0.4f];

    [Fact]
    public void Apply_Default_ChangesNothing() => Assert.Equal([Frame], Outcomes(new Augmentation()));

    [Fact]
    public void Apply_FlipHorizontal_GivesBothSides() => Assert.Equal([[0.1f, 0.2f, 0.3f, 0.4f], [0.2f, 0.1f, 0.4f, 0.3f]], Outcomes(new Augmentation(FlipHorizontal: true)));

    [Fact]
    public void Apply_FlipVertical_GivesBothSides() => Assert.Equal([[0.1f, 0.2f, 0.3f, 0.4f], [0.3f, 0.4f, 0.1f, 0.2f]], Outcomes(new Augmentation(FlipVertical: true)));

    [Fact]
    public void Apply_QuarterTurns_GivesTheFourTurns() => Assert.Equal(
        [[0.1f, 0.2f, 0.3f, 0.4f], [0.2f, 0.4f, 0.1f, 0.3f], [0.3f, 0.1f, 0.4f, 0.2f], [0.4f, 0.3f, 0.2f, 0.1f]], Outcomes(new Augmentation(QuarterTurns: true)));

    [Fact]
    public void Apply_Shift_RepeatsTheEdge()
    {
        var input = new InputSpec(3, 1, 1);
        var seen = Enumerable.Range(0, 50).Select(seed => Apply(new Augmentation(Shift: 1), [0.1f, 0.2f, 0.3f], input, seed)).Distinct(Comparer).OrderBy(r => r[0]).ThenBy(r => r[1]);

        Assert.Equal([[0.1f, 0.1f, 0.2f], [0.1f, 0.2f, 0.3f], [0.2f, 0.3f, 0.3f]], seen);
    }

    [Fact]
    public void Apply_Brightness_ScalesAllChannelsAlikeAndClamps()
    {
        var input = new InputSpec(1, 1, 3);
        for (var seed = 0; seed < 50; seed++)
        {
            var result = Apply(new Augmentation(Brightness: 0.2), [0.5f, 0.25f, 1f], input, seed);
            Assert.InRange(result[0], 0.4f, 0.6f);
            Assert.Equal(result[0] / 2, result[1], 1e-6f);
            Assert.Equal(Math.Min(1, result[0] * 2), result[2], 1e-6f);
        }
    }

    [Fact]
    public void Apply_Colour_ScalesEachChannelByItself()
    {
        var results = Enumerable.Range(0, 50).Select(seed => Apply(new Augmentation(Colour: 0.2), [0.5f, 0.5f, 0.5f], new InputSpec(1, 1, 3), seed)).ToArray();
        Assert.All(results, r => Assert.All(r, v => Assert.InRange(v, 0.4f, 0.6f)));
        Assert.Contains(results, r => Math.Abs(r[0] - r[2]) > 0.05f);
    }

    [Fact]
    public void Apply_Rotation_TurnsAPointAboutTheCentre()
    {
        var input = new InputSpec(21, 21, 1);
        var frame = new float[input.Length];
        frame[(10 * 21) + 18] = 1;
        var heights = Enumerable.Range(0, 50).Select(seed =>
        {
            var result = Apply(new Augmentation(Rotation: 30), frame, input, seed);
            var peak = Array.IndexOf(result, result.Max());
            Assert.Equal(8, Math.Sqrt(Math.Pow((peak % 21) - 10, 2) + Math.Pow((peak / 21) - 10, 2)), 0.75);
            return (peak / 21) - 10;
        }).ToArray();

        // Eight pixels from the centre, 30 degrees to either side: at most four up or down.
        Assert.Equal((-4, 4), (heights.Min(), heights.Max()));
    }

    [Fact]
    public void Apply_QuarterTurnsOfAnOblong_Throws() => Assert.Throws<ArgumentException>(() => Apply(new Augmentation(QuarterTurns: true), new float[6], new InputSpec(3, 2, 1), 0));

    private static IEqualityComparer<float[]> Comparer { get; } = EqualityComparer<float[]>.Create((a, b) => a!.SequenceEqual(b!), a => a[0].GetHashCode());

    private static IEnumerable<float[]> Outcomes(Augmentation augmentation) =>
        Enumerable.Range(0, 100).Select(seed => Apply(augmentation, Frame, Two, seed)).Distinct(Comparer).OrderBy(r => r[0]);

    private static float[] Apply(Augmentation augmentation, float[] frame, InputSpec input, int seed)
    {
        var result = new float[frame.Length];
        augmentation.Apply(frame, input, new Random(seed), result);
        return result;
    }
}
