using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Training;
using AnomalyLine.Learning.Tuning;
using AnomalyLine.Vision.Tests.Methods;

namespace AnomalyLine.Vision.Tests.Tuning;

[Trait("Speed", "Slow")]
public sealed class TunerTests(TrainedMethods trained)
{
    [Fact]
    public void Tune_TwoMethods_WritesTheOneThatRanksHighest()
    {
        using var folder = new TemporaryFolder();
        var result = Tuner.Tune(Request(folder, ["ae-l2", "ae-ssim"]) with { DataFolder = WithUnreadableTest(folder["parts"]) }, cancel: TestContext.Current.CancellationToken);

        var scored = result.Trials.Where(t => t.Score is not null).ToArray();
        Assert.Equal(["ae-l2", "ae-ssim"], scored.Select(t => t.Method).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], scored.Select(t => t.Round).Distinct().Order());
        Assert.Equal(scored.Max(t => t.Score!.Rank), Assert.Single(scored, t => t.IsChosen).Score!.Rank);
        Assert.Equal(6, scored[0].Score!.ImageAurocOfKind.Count);
        Assert.Contains(scored[0].Method, result.Reason, StringComparison.Ordinal);
        using var model = ModelLoader.Load(folder["part.alm"], "cpu");
        Assert.Equal(scored[0].Method, model.Manifest.Method);
        Assert.Equal(["part.alm"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));

        var html = TuningReport.Html(result);
        Assert.Contains($"<h1>{scored[0].Method} was chosen</h1>", html, StringComparison.Ordinal);
        Assert.Contains("cut-paste", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Tune_NothingIsFastEnough_SaysHowSlowEachIs()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<TrainingException>(() => Tuner.Tune(Request(folder, ["ae-l2"]) with { MaxMsPerFrame = 0.001 }, cancel: TestContext.Current.CancellationToken));
        Assert.Contains("ae-l2 (fast) takes", error.Message, StringComparison.Ordinal);
        Assert.Contains("ae-l2 (balanced) takes", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Tune_EverythingWrong_NamesEverything()
    {
        var error = Assert.Throws<TrainingException>(() => Tuner.Tune(
            new TuningRequest { DataFolder = "nowhere", Output = "/no/such/folder/part.alm", Methods = ["magic"], MaxTime = TimeSpan.Zero, MaxMsPerFrame = 0, FalseRejectRate = 1, HeldOut = 0 },
            cancel: TestContext.Current.CancellationToken));
        foreach (var part in new[] { "method 'magic'", "time limit", "milliseconds a frame is 0", "false-reject rate is 1", "held-out share is 0", "/no/such/folder" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Share_TimeThatIsLeft_IsDividedAmongTheTrialsOfTheRound()
    {
        var time = new Frozen();
        var budget = new Budget(time, 0, TimeSpan.FromSeconds(300));
        budget.Learn(TimeSpan.FromSeconds(5), msPerFrame: 10);
        Assert.Equal(TimeSpan.FromSeconds(20), budget.Share(1, 3, 4, 10));

        // A method that judges more slowly takes more of its share to be ranked; a very fast one takes a little all the same.
        Assert.Equal(TimeSpan.FromSeconds(10), budget.Share(1, 3, 4, 30));
        Assert.Equal(TimeSpan.FromSeconds(22), budget.Share(1, 3, 4, 1));
        time.Seconds = 150;
        Assert.Equal(TimeSpan.FromSeconds(45), budget.Share(2, 3, 1, 10));
        time.Seconds = 299;
        Assert.Equal(TimeSpan.FromSeconds(2), budget.Share(3, 3, 1, 10));
        Assert.Equal(299.0 / 300, budget.Spent, 1e-9);
    }

    /// <summary>The same normal frames beside test frames that nobody could read: who opened one would fail.</summary>
    private string WithUnreadableTest(string root)
    {
        var normals = Directory.CreateDirectory(Path.Combine(root, "train", "good")).FullName;
        foreach (var frame in Directory.GetFiles(Path.Combine(trained.DataFolder, "train", "good"))) File.Copy(frame, Path.Combine(normals, Path.GetFileName(frame)));
        foreach (var kind in new[] { "good", "scratch" })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "test", kind)).FullName, "000.png"), "not an image");
        return root;
    }

    private TuningRequest Request(TemporaryFolder folder, string[] methods) => new()
    {
        DataFolder = trained.DataFolder,
        Output = folder["part.alm"],
        Methods = methods,
        MaxTime = TimeSpan.FromSeconds(1),
        MaxMsPerFrame = 10_000,
        Device = "cpu",
    };

    private sealed class Frozen : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
