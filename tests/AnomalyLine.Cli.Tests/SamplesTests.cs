using System.Text.Json;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Tests;

public sealed class SamplesTests
{
    [Fact]
    public async Task Import_FilesThatLostDataOrAreNoPictures_AreLeftOutAndSaid()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().AddJpegs("parts", 2).Add("parts", 1);
        await File.WriteAllTextAsync(frames.In("parts/broken.webp"), "no picture", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(frames.In("parts/grey.pgm"), [.. "P5 16 16 255\n"u8, .. new byte[256]], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(frames.In("parts/short.pgm"), [.. "P5 16 16 255\n"u8, .. new byte[100]], TestContext.Current.CancellationToken);

        var run = await CliRun.RunAsync("samples", "import", frames.In("parts"), "--station", "S", "--label", "anomalous", "--server", line.Address, "--json");

        Assert.Equal((3, ""), (run.ExitCode, run.Error));
        using var result = JsonDocument.Parse(Assert.Single(run.ResultLines));
        Assert.Equal(4, result.RootElement.GetProperty("files").GetInt32());
        var unreadable = result.RootElement.GetProperty("unreadable").EnumerateArray().Select(error => error.GetString()!).ToList();
        Assert.Equal(["broken.webp", "lost-end.jpg", "lost-middle.jpg", "lost-packet.jpg", "short.pgm"], unreadable.Select(error => Path.GetFileName(error.Split(": ")[0])));
        Assert.Equal(4, line.Samples.Imports.Count);
        Assert.All(line.Samples.Imports, import => Assert.Equal(("S", SampleLabel.Anomalous, 0x89), (import.Station, import.Label, import.Data[0])));
    }

    [Fact]
    public async Task Import_NothingThatCanBeRead_Fails()
    {
        await using var line = await new FakeLine().StartAsync();
        using var frames = new TestFrames().AddJpegs("parts", 0);

        var run = await CliRun.RunAsync("samples", "import", frames.In("parts"), "--station", "S", "--server", line.Address);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("none of 3 files can be read", run.Error, StringComparison.Ordinal);
        Assert.Empty(line.Samples.Imports);
    }
}
