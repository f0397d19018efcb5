using AnomalyLine.Management.Processes;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Tests;

[Trait("Speed", "Slow")]
public sealed class TrainerProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ProgressThenSuccess_LinesInOrder()
    {
        var lines = new List<TrainerLine>();

        await TrainerProcess.RunAsync(
            Script("""echo 'native noise'; echo '{"phase":"training","fraction":0.5,"loss":0.25,"message":"half"}'; echo '{"phase":"done","fraction":1,"message":"trained"}'"""),
            lines.Add, Cancel);

        Assert.Equal([new("training", 0.5, 0.25, "half"), new("done", 1, null, "trained")], lines);
    }

    [Theory]
    [InlineData("""echo '{"phase":"failed","fraction":0,"message":"no frames"}'; exit 1""", "no frames")]
    [InlineData("echo 'out of memory' >&2; exit 137", "code 137: out of memory")]
    public async Task Run_Failure_ReasonInTheMessage(string script, string reason)
    {
        var failure = await Assert.ThrowsAsync<TrainingFailedException>(() => TrainerProcess.RunAsync(Script(script), _ => { }, Cancel));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_ProcessIsGone()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var pid = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainerProcess.RunAsync(
            Script("""echo "{\"phase\":\"training\",\"fraction\":0,\"message\":\"$$\"}"; while :; do sleep 0.05; done"""),
            line =>
            {
                pid = int.Parse(line.Message, System.Globalization.CultureInfo.InvariantCulture);
                cancel.Cancel();
            },
            cancel.Token));

        Assert.False(Directory.Exists($"/proc/{pid}") && !(await File.ReadAllTextAsync($"/proc/{pid}/stat", Cancel)).Contains(") Z ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trainer_InputEnds_ProcessEndsThoughItStillWorks()
    {
        // Reading the request never ends: a pipe that nobody writes to.
        var folder = Directory.CreateTempSubdirectory("anomalyline-trainer-");
        var server = Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Server");
        await using var child = ChildProcess.Start(Script($"mkfifo {folder}/request; exec {server} {TrainerProcess.Argument} {folder}/request < /dev/null"), _ => { }, _ => { });

        Assert.Equal(1, await child.WaitAsync(Cancel));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nice_Command_RunsAtLowestPriority()
    {
        var lines = new List<string>();
        await using var child = ChildProcess.Start(new ChildCommand("nice", []).Nice(), lines.Add, lines.Add);

        Assert.Equal(0, await child.WaitAsync(Cancel));
        Assert.Equal(["19"], lines);
    }

    private static ChildCommand Script(string script) => new("sh", ["-c", script]);
}
