namespace AnomalyLine.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", "command")]
    [InlineData("paint", "paint")]
    [InlineData("train --data d --output o", "--method")]
    [InlineData("train --method paint --data d --output o", "paint")]
    [InlineData("train --method riad --data d --output o --set size", "key=value")]
    [InlineData("train --method riad --data d --output o --epochs 0", "1..100000")]
    [InlineData("train --method riad --data d --output o --epochs many", "many")]
    [InlineData("train --method riad --data d --output o --false-reject-rate 1.5", "1.5")]
    [InlineData("train --method rd --data d --output o --smallest-defect 0.3", "--pixel")]
    [InlineData("train --method rd --data d --output o --smallest-defect 0.3 --pixel 0.1 --smallest-defect-pixels 3", "not both")]
    [InlineData("train --method rd --data d --output o --smallest-defect-pixels 0", "--smallest-defect-pixels")]
    [InlineData("tune --data d", "--output")]
    [InlineData("tune --data d --output o --method paint", "paint")]
    [InlineData("tune --data d --output o --max-minutes 0", "--max-minutes")]
    [InlineData("evaluate --model m.alm", "--data")]
    [InlineData("evaluate --model m.alm --data d --device abacus", "abacus")]
    [InlineData("camera --station S --source d --rate 0", "--rate")]
    [InlineData("camera --station S --source d --server nowhere", "nowhere")]
    [InlineData("stations activate S", "--model")]
    [InlineData("stations", "command")]
    [InlineData("stations select S", "--product")]
    [InlineData("stations select S --product A --revision 2", "--revision")]
    [InlineData("stations select S --revision 0", "--revision")]
    [InlineData("watch --tail -1", "--tail")]
    [InlineData("bench", "--station or --model")]
    [InlineData("bench --station S --model m.alm", "--station or --model")]
    [InlineData("bench --station S --size 8x8", "8x8")]
    [InlineData("bench --station S --cameras 0", "1..256")]
    [InlineData("samples review 1", "--as")]
    [InlineData("samples review 1 --as good", "good")]
    [InlineData("samples list --state done", "done")]
    [InlineData("samples export --state approved", "--to")]
    [InlineData("samples policy", "--station")]
    [InlineData("audit", "command")]
    [InlineData("audit export", "--to")]
    [InlineData("backup", "--to")]
    [InlineData("restore", "--from")]
    [InlineData("users add anna", "--role")]
    [InlineData("users add anna --role Camera", "Camera")]
    [InlineData("keys add cam --role Boss", "Boss")]
    [InlineData("keys revoke", "name")]
    [InlineData("stations list --ca a --ca b", "--ca")]
    public async Task Run_WrongUsage_EndsWithTwoAndSaysWhatInOneLine(string line, string named)
    {
        var run = await CliRun.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Result);
        Assert.Contains(named, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate --model /nowhere/m.alm --data /nowhere", "/nowhere")]
    [InlineData("evaluate --model /nowhere/m.alm --data /nowhere --json", "/nowhere")]
    [InlineData("inspect --model /nowhere/m.alm --input /nowhere --output /nowhere", "/nowhere/m.alm")]
    [InlineData("train --method riad --data /nowhere --output m.alm", "/nowhere")]
    [InlineData("tune --data /nowhere --output m.alm", "/nowhere")]
    [InlineData("models upload /nowhere/m.alm", "/nowhere/m.alm")]
    [InlineData("stations list --server http://127.0.0.1:9", "is it running")]
    [InlineData("watch --server http://127.0.0.1:9", "is it running")]
    [InlineData("samples list --server http://127.0.0.1:9", "is it running")]
    [InlineData("samples review --as approved --server http://127.0.0.1:9", "--station")]
    [InlineData("samples import /nowhere --station S", "/nowhere")]
    [InlineData("audit verify --server http://127.0.0.1:9", "is it running")]
    [InlineData("backup --data /nowhere --to /nowhere/b", "/nowhere")]
    [InlineData("backup --data /nowhere --to b --connection-string Colour=red", "ConnectionString")]
    [InlineData("restore --from /nowhere --data /tmp/nothing", "/nowhere")]
    [InlineData("camera --station S --source /nowhere --server http://127.0.0.1:9", "/nowhere")]
    public async Task Run_ExpectedFailure_EndsWithOneAndOneClearLine(string line, string named)
    {
        var run = await CliRun.RunAsync(line.Split(' '));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Help_ListsAllCommands()
    {
        var run = await CliRun.RunAsync("--help");
        Assert.Equal(0, run.ExitCode);
        foreach (var name in new[] { "train", "tune", "evaluate", "inspect", "methods", "camera", "watch", "stations", "models", "samples", "jobs", "audit", "backup", "restore", "opcua", "bench", "users", "keys" })
            Assert.Contains($"  {name} ", run.Result, StringComparison.Ordinal);
    }
}
