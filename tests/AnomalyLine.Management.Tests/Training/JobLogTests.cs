using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Tests.Training;

public sealed class JobLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("anomalyline-joblog-");

    private string LogPath => Path.Combine(_folder.FullName, "log.txt");

    [Fact]
    public void DoneOfJob_AllPhasesOfAJob_NeverFalls()
    {
        TrainerLine[] lines = [new("checking", 0.5, null, ""), new("checking", 1, null, ""), new("loading", 0, null, ""), new("training", 0.5, 0.1, ""), new("saving", 1, null, ""), new("comparing", 0, null, ""), new("comparing", 1, null, ""), new(TrainerLine.Done, 1, null, "")];
        Assert.Equal([0.05, 0.1, 0.1, 0.5, 0.9, 0.9, 1, 1], lines.Select(line => Math.Round(line.DoneOfJob, 9)));
    }

    [Fact]
    public void Read_LogThatGrows_TakesOnlyWholeNewLines()
    {
        var log = new JobLog(LogPath);
        Assert.False(log.Read());
        File.WriteAllText(LogPath, "2026-01-02T03:04:05.0000000+00:00 80 normals to train on\n" + Epoch(1, 0.5) + "\n" + Epoch(2, 0.25)[..30]);

        Assert.True(log.Read());
        Assert.False(log.Read());
        Assert.Equal([new LossPoint(1, 0.5, null)], log.Curve);
        Assert.Equal(["80 normals to train on", "training: epoch 1, loss 0.5"], log.Lines.Select(line => line.Text));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), log.Lines.First().Time);

        File.AppendAllText(LogPath, Epoch(2, 0.25)[30..] + "\n" + Epoch(3, 0.125, 0.2) + "\n");
        Assert.True(log.Read());
        Assert.Equal([new LossPoint(1, 0.5, null), new LossPoint(2, 0.25, null), new LossPoint(3, 0.125, 0.2)], log.Curve);
        Assert.Equal("training: epoch 3, loss 0.125, validation 0.2", log.Lines.Last().Text);
    }

    [Fact]
    public void Read_TrainingThatGoesOnFromACheckpoint_ReplacesWhatItDoesAgain()
    {
        File.WriteAllLines(LogPath, [Epoch(1, 0.9), Epoch(2, 0.8), Epoch(3, 0.7), "the server stopped", Epoch(2, 0.8), Epoch(3, 0.65), Epoch(0, 1), Epoch(4, double.NaN)]);
        var log = new JobLog(LogPath);

        log.Read();

        Assert.Equal([(1, 0.9), (2, 0.8), (3, 0.65)], log.Curve.Select(point => (point.Epoch, point.Loss)));
    }

    [Fact]
    public void Read_LongLog_KeepsABoundedTailAndCurve()
    {
        File.WriteAllLines(LogPath, Enumerable.Range(1, 5000).Select(epoch => Epoch(epoch, 1.0 / epoch)).Append(new string('x', 200_000)).Append("last"));
        var log = new JobLog(LogPath);

        log.Read();

        Assert.Equal(JobLog.MostLines, log.Lines.Count);
        Assert.Equal("last", log.Lines.Last().Text);
        Assert.InRange(log.Curve.Count, JobLog.MostPoints / 2, JobLog.MostPoints);
        Assert.Equal(1, log.Curve[0].Epoch);
        Assert.Equal(log.Curve.Select(point => point.Epoch).Order(), log.Curve.Select(point => point.Epoch));
        Assert.InRange(log.Curve[^1].Epoch, 4990, 5000);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Epoch(int epoch, double loss, double? validation = null) =>
        $"2026-01-02T03:04:06.0000000+00:00 {new TrainerLine("training", 0.5, loss, $"epoch {epoch}") { Epoch = epoch, Epochs = 5000, ValidationLoss = validation }.ToJson()}";
}
