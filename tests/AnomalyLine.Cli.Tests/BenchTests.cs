using System.Text.Json;
using AnomalyLine.Cli.Bench;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Tests;

public sealed class BenchTests
{
    [Fact]
    public async Task Bench_ServerStalls_LatencyCountsFromWhenFramesWereDue()
    {
        await using var line = await new FakeLine { HoldUntil = 10 }.StartAsync();
        var run = await CliRun.RunAsync(
            "bench", "--station", "S", "--cameras", "1", "--rate", "50", "--seconds", "0.4", "--warm-up", "0", "--size", "64x64", "--server", line.Address, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Result);
        var result = json.RootElement.GetProperty("results")[0];
        Assert.Equal((20, 20, 0), (Int(result, "sent"), Int(result, "answered"), Int(result, "unanswered")));

        // Nothing is answered before the tenth frame, due at 180 ms: the first waits at least so long, the fifth 100 ms. A load that waits for answers would never get there.
        var latency = result.GetProperty("latencyMs");
        Assert.True(latency.GetProperty("p999").GetDouble() >= 175, latency.ToString());
        Assert.True(latency.GetProperty("p90").GetDouble() >= 130, latency.ToString());
        Assert.Equal(
            [("decode", 0.25), ("preprocess", 0.75), ("queue", 0), ("forward", 0.375), ("score", 0.125), ("judge", 0), ("log", 0), ("server", 1.5)],
            result.GetProperty("stagesMs").EnumerateObject().Select(stage => (stage.Name, stage.Value.GetProperty("p50").GetDouble())));
    }

    [Fact]
    public async Task Bench_SeveralCameras_ShareTheStationsAndWarmUpDoesNotCount()
    {
        await using var line = await new FakeLine().StartAsync();
        var run = await CliRun.RunAsync(
            "bench", "--station", "S", "--station", "T", "--cameras", "2", "--rate", "50", "--seconds", "0.2", "--warm-up", "0.2", "--size", "64x80", "--format", "bgr8", "--server", line.Address);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(40, line.Requests.Count);
        Assert.Equal(20, line.Requests.Count(request => request.Station == "T"));
        Assert.All(line.Requests, request => Assert.Equal((64u, 80u, PixelFormat.Bgr8, 64 * 80 * 3), (request.Frame.Width, request.Frame.Height, request.Frame.PixelFormat, request.Frame.Data.Length)));
        var row = run.ResultLines[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(["2", "100", "50.0"], row[..3]);
        Assert.Equal(["0", "0", "10", "0", "-", "-"], row[^6..]); // late, undecided, refused by "T", no answer, not asked for
    }

    [Fact]
    public void Parse_MetricsOfAServer_SumsProcessorTimeOverItsStates()
    {
        const string text = """
            # TYPE dotnet_process_cpu_time_seconds_total counter
            dotnet_process_cpu_time_seconds_total{cpu_mode="system"} 1.5 1763900000000
            dotnet_process_cpu_time_seconds_total{cpu_mode="user"} 4.25 1763900000000
            dotnet_process_memory_working_set_bytes 209715200 1763900000000
            """;
        Assert.Equal(new ServerLoad(5.75, 200), ServerLoad.Parse(text));
        Assert.Throws<FormatException>(() => ServerLoad.Parse("dotnet_process_cpu_time_seconds_total 1"));
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
