namespace AnomalyLine.Cli.Tests;

public sealed class StationsTests
{
    [Fact]
    public async Task StopStartReset_Station_SaysWhatItIsNow()
    {
        await using var line = await new FakeLine().StartAsync();
        var stopped = await CliRun.RunAsync("stations", "stop", "S", "--server", line.Address);
        var started = await CliRun.RunAsync("stations", "start", "S", "--server", line.Address, "--json");
        var reset = await CliRun.RunAsync("stations", "reset", "S", "--server", line.Address);

        Assert.Equal((0, "S: Station S is stopped; start it; 7 inspected."), (stopped.ExitCode, stopped.Result.Trim()));
        Assert.Contains("\"mode\":\"continuous\"", started.Result.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("S: ready; 0 inspected.", reset.Result.Trim());
    }

    [Fact]
    public async Task RenameRemove_Station_SaysWhatWasDone()
    {
        await using var line = await new FakeLine().StartAsync();
        var renamed = await CliRun.RunAsync("stations", "rename", "S", "--as", "Press 1", "--server", line.Address, "--json");
        var removed = await CliRun.RunAsync("stations", "remove", "S", "--server", line.Address);

        Assert.Contains("\"displayName\":\"Press1\"", renamed.Result.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal((0, "S: removed. Added again, it goes on with its numbers.", "S"), (removed.ExitCode, removed.Result.Trim(), line.Stations.Removed));
    }

    [Fact]
    public async Task Trigger_CameraThereOrNot_SaysWhichTookItOrWhatIsMissing()
    {
        await using var line = await new FakeLine().StartAsync();
        var triggered = await CliRun.RunAsync("stations", "trigger", "S", "--server", line.Address);
        var named = await CliRun.RunAsync("stations", "trigger", "S", "--camera", "side", "--server", line.Address, "--json");
        var missing = await CliRun.RunAsync("stations", "trigger", "T", "--server", line.Address);

        Assert.Equal((0, "S: camera 'top' has taken the trigger."), (triggered.ExitCode, triggered.Result.Trim()));
        Assert.Contains("\"camera\":\"side\"", named.Result.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("No camera is attached.", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_PartAnnouncedTwice_SaysWhichWasReplaced()
    {
        await using var line = await new FakeLine().StartAsync();
        var first = await CliRun.RunAsync("stations", "next", "S", "--part", "P1", "--server", line.Address);
        var second = await CliRun.RunAsync("stations", "next", "S", "--part", "P2", "--product", "flange", "--server", line.Address);

        Assert.Equal("S: announced.", first.Result.Trim());
        Assert.Contains("'P1'", second.Result, StringComparison.Ordinal);
        Assert.Equal(("S", "P2", "flange"), (line.Stations.Announced!.Station, line.Stations.Announced.PartId, line.Stations.Announced.ProductId));
    }
}
