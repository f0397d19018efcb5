using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Vision.Tests.Training;

public sealed class UnusualNormalsTests
{
    /// <summary>Scores 1.00 to 1.39 but for those given: quartiles 1.10 and 1.30, fence 1.90.</summary>
    [Theory]
    [InlineData(2.5f, 3f, 2.5f, "2 of 42", "odd1.png (3), odd0.png (2.5)")]
    [InlineData(1.5f, 3f, 3f, "1 of 42", "odd1.png (3)")]
    public void Note_ThresholdOfPartsUnlikeTheOthers_NamesThem(float one, float two, float threshold, string count, string names)
    {
        var note = Note([one, two], threshold);
        Assert.Contains(count, note, StringComparison.Ordinal);
        Assert.Contains(names, note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.4f, 1.5f, 1.5f)] // nobody is unlike the others
    [InlineData(1.4f, 3f, 1.4f)] // one is, but the threshold is below: it was taken from the others
    public void Note_ThresholdOfTheOthers_SaysNothing(float one, float two, float threshold) => Assert.Null(Note([one, two], threshold));

    [Fact]
    public void Note_FewScores_SaysNothing() => Assert.Null(UnusualNormals.Note(["a.png", "b.png"], [Frame(1), Frame(9)], 9));

    [Fact]
    public void Note_Many_NamesFive()
    {
        var note = Note([3, 4, 5, 6, 7, 8, 9], 9);
        Assert.Contains("odd2.png (5), …", note, StringComparison.Ordinal);
    }

    private static string? Note(float[] odd, float threshold)
    {
        var usual = Enumerable.Range(0, 40).Select(i => (File: $"parts/{i}.png", Score: 1 + (i / 100f)));
        var all = usual.Concat(odd.Index().Select(o => (File: $"parts/odd{o.Index}.png", Score: o.Item))).ToArray();
        return UnusualNormals.Note([.. all.Select(a => a.File)], [.. all.Select(a => Frame(a.Score))], threshold);
    }

    private static CalibrationFrame Frame(float score) => new("", score, score, default!);
}
