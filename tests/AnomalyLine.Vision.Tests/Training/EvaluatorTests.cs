using System.Text.Json;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Statistics;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Evaluation;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Vision.Tests.Training;

public sealed class EvaluatorTests
{
    private static readonly InputSpec Input = new(16, 16, 1);

    [Fact]
    public void Evaluate_KnownFrames_GivesTheHandComputedFigures()
    {
        using var folder = new PlainDataset();
        var result = Evaluate(folder.Open(), threshold: 0.35f);

        // Scores: good 0.2 and 0.4, dent 0.8, stain 0.298. Of four pairs three are in order.
        Assert.Equal(0.75, result.ImageAuroc!.Value, 12);
        Assert.Equal((0.5 * 1) + (0.5 * 2 / 3), result.ImageAp!.Value, 12);
        Assert.Equal(0.8, result.F1Max!.Value, 12);
        Assert.Equal(0.5, result.FalseRejectRate);
        Assert.Equal(0.5, result.EscapeRate);
        Assert.Equal((2, 2, 0, 2), (result.Counts.Normals, result.Counts.Anomalous, result.Counts.WithoutMask, result.Counts.DefectAreas));

        // Places: 16 at 0.8, then 256 normal ones at 0.4, then 16 at 0.298; the other 736 normal ones are below.
        var normal = 1024.0 - 32;
        Assert.Equal((normal + (normal - 256)) / (2 * normal), result.PixelAuroc!.Value, 12);
        Assert.Equal((0.5 * 1) + (0.5 * 32 / 288), result.PixelAp!.Value, 12);

        // One of two areas found up to a rate of 256 / 992, both from there on.
        var step = 256 / normal;
        Assert.Equal(((step * 0.5) + (0.3 - step)) / 0.3, result.Aupro!.Value, 12);
    }

    [Fact]
    public void Evaluate_KnownFrames_TellsKindsAndFramesApart()
    {
        using var folder = new PlainDataset();
        var result = Evaluate(folder.Open(), threshold: 0.35f);
        Assert.Equal(["dent", "stain"], result.Kinds.Select(kind => kind.Kind));
        Assert.Equal([1.0, 0.5], result.Kinds.Select(kind => kind.ImageAuroc!.Value));
        Assert.Equal([0.0, 1.0], result.Kinds.Select(kind => kind.EscapeRate));
        Assert.Equal(
            [("test/dent/000.png", "NotOk"), ("test/good/000.png", "Ok"), ("test/good/001.png", "NotOk"), ("test/stain/000.png", "Ok")],
            result.Frames.Select(frame => (frame.Path, frame.Verdict)).Order());
    }

    [Fact]
    public void Evaluate_NoMasks_LeavesPixelFiguresOutAndSaysWhy()
    {
        using var folder = new PlainDataset(masks: false);
        var result = Evaluate(folder.Open());
        Assert.Null(result.PixelAuroc);
        Assert.Null(result.PixelAp);
        Assert.Null(result.Aupro);
        Assert.NotNull(result.ImageAuroc);
        Assert.Equal(2, result.Counts.WithoutMask);
        Assert.Contains(result.Notes, note => note.Contains("no defective frame has a mask", StringComparison.Ordinal));
        Assert.Contains(result.Notes, note => note.Contains("ground_truth/dent/000_mask.png and ground_truth/dent/000.png were looked for", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_NoDefects_StillGivesTheFalseRejectRate()
    {
        using var folder = new PlainDataset(defects: false);
        var result = Evaluate(folder.Open(), threshold: 0.35f);
        Assert.Equal(0.5, result.FalseRejectRate);
        Assert.Null(result.ImageAuroc);
        Assert.Null(result.EscapeRate);
        Assert.Contains("absent", Assert.Single(result.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_NoTestFrames_SaysWhatToDo()
    {
        using var folder = new PlainDataset();
        Directory.Delete(Path.Combine(folder.Root, "test"), recursive: true);
        Assert.Contains("test/good", Assert.Throws<DatasetException>(() => Evaluate(folder.Open())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_CopiesOfATestNormal_CountOnce()
    {
        using var folder = new PlainDataset();
        for (var i = 2; i < 32; i++) File.Copy(Path.Combine(folder.Root, "test/good/001.png"), Path.Combine(folder.Root, $"test/good/{i:000}.png"));

        var result = Evaluate(folder.Open(), threshold: 0.35f);

        Assert.Equal((32, 2), (result.Counts.Normals, result.Counts.NormalParts));
        Assert.Equal(0.5, result.FalseRejectRate);
        Assert.Equal(ClopperPearson.Of(1, 2), result.FalseRejectInterval);
        Assert.Equal(2, result.Frames.Count(frame => frame is { Kind: "good", IsCopy: false }));
        Assert.Contains(result.Notes, note => note.Contains("32 normal frames show 2 different parts", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_FarMoreFalseRejectsThanCertified_SaysThatTheyAreUnlike()
    {
        using var folder = new PlainDataset();
        for (var i = 2; i < 6; i++) folder.Write($"test/good/{i:000}.png", 102 + i, null);

        var result = Evaluate(folder.Open(), threshold: 0.35f);

        // 5 of 6 above the largest of 99: each of these 6 would have to be among the largest of 105.
        Assert.True(result.FalseRejectChance < 1e-7);
        Assert.Contains(result.Notes, note => note.Contains("5 of 6 normal test parts are rejected", StringComparison.Ordinal) && note.Contains("lamp", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_OneUnreadableFile_IsNamedAndTheRestGoesOn()
    {
        using var folder = new PlainDataset();
        File.WriteAllText(Path.Combine(folder.Root, "test/good/000.png"), "no picture");

        var result = Evaluate(folder.Open());

        Assert.Contains("000.png", Assert.Single(result.Unreadable), StringComparison.Ordinal);
        Assert.Equal((1, 2), (result.Counts.Normals, result.Counts.Anomalous));
        Assert.Equal(3, result.Frames.Count);
    }

    [Fact]
    public void Evaluate_InvertedMask_GetsANote()
    {
        using var folder = new PlainDataset();
        folder.Write("ground_truth/dent/000_mask.png", 255, 0);

        Assert.Contains(Evaluate(folder.Open()).Notes, note => note.Contains("1 of 2 masks", StringComparison.Ordinal) && note.Contains("inverted", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluate_Cancelled_Stops()
    {
        using var folder = new PlainDataset();
        using var detector = new IdentityDetector(Input);
        Assert.Throws<OperationCanceledException>(() =>
            Evaluator.Evaluate(detector, Subject(0), folder.Open(), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void ToJson_AnyResult_HasTheContractsKeysFirstAndIsOneLine()
    {
        using var folder = new PlainDataset(masks: false);
        var json = Evaluate(folder.Open()).ToJson();
        Assert.DoesNotContain('\n', json);
        using var document = JsonDocument.Parse(json);
        Assert.Equal(
            ["method", "imageAuroc", "pixelAuroc", "imageAp", "pixelAp", "aupro", "f1Max", "threshold", "falseRejectRate", "escapeRate", "msPerFrame", "framesPerSecond", "device", "counts"],
            document.RootElement.EnumerateObject().Take(14).Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("aupro").ValueKind);
        Assert.Equal(1, document.RootElement.GetProperty("counts").GetProperty("kinds").GetProperty("dent").GetInt32());
    }

    internal static EvaluationSubject Subject(float threshold) =>
        new("identity", "cpu", new Calibration(threshold, threshold, 0.01, 0.01, IsCertified: true, 99, "Made for a test."));

    private static EvaluationResult Evaluate(DatasetFolder data, float threshold = 0.5f)
    {
        using var detector = new IdentityDetector(Input);
        return Evaluator.Evaluate(detector, Subject(threshold), data, cancellationToken: TestContext.Current.CancellationToken);
    }
}
