using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>The camera program between a real server and a camera of GigE Vision: what is whole is judged once, what is not never is, and both sides may go away.</summary>
public sealed class GenICamTests(CameraLine line, ITestOutputHelper output) : IClassFixture<CameraLine>, IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Camera_RunsFreely_EachCompleteFrameHasOneInspection()
    {
        var station = await StationAsync("gige-free");
        await using var camera = FakeCamera.Start();

        var summary = await RunAsync("--station", station, "--source", $"genicam:{FakeCamera.SerialNumber}", "--count", "100");

        Assert.Equal((100, 0, 0), (Int(summary, "taken"), Int(summary, "unanswered"), Int(summary, "errors")));
        var records = await line.Client.ReadLogAsync(station);
        Assert.Equal(100, records.Count);
        Assert.Equal(100, records.Select(record => record.CaptureTime).Distinct().Count());
        Assert.All(records, record => Assert.Equal((512u, 512u, false), (record.FrameWidth, record.FrameHeight, record.CaptureTimeUncertain)));
        Assert.All(records, record => Assert.True(record.Verdict is Verdict.Ok or Verdict.NotOk, record.ReasonText));
    }

    [Fact]
    public async Task Camera_PacketsAreLost_IncompleteFramesAreInspectionsButNeverJudged()
    {
        var station = await StationAsync("gige-loss");
        await using var camera = FakeCamera.Start(lostPerThousand: 3);

        var summary = await RunAsync("--station", station, "--source", $"genicam:{FakeCamera.SerialNumber}", "--count", "60");

        var incomplete = summary.GetProperty("incomplete").EnumerateObject().ToDictionary(status => status.Name, status => status.Value.GetInt32(), StringComparer.Ordinal);
        var records = await line.Client.ReadLogAsync(station);
        output.WriteLine(summary.GetRawText());
        Assert.Equal(60, records.Count);
        var invalid = records.Where(record => record.ReasonCode == ReasonCode.InvalidFrame).ToList();
        Assert.InRange(invalid.Count, 1, 60);
        Assert.Equal(incomplete.Values.Sum(), invalid.Count);
        Assert.Contains(invalid, record => record.ReasonText.Contains("(MissingPackets)", StringComparison.Ordinal));
        Assert.All(invalid, record => Assert.Equal((Verdict.NotDecidable, 0u), (record.Verdict, record.Timings.BatchSize)));
        Assert.All(records.Except(invalid), record => Assert.True(record.Verdict is Verdict.Ok or Verdict.NotOk, record.ReasonText));
    }

    [Fact]
    public async Task Camera_PulledOutAndBack_JudgesAgainWithinSecondsAndTellsWhatWasWrong()
    {
        var station = await StationAsync("gige-pulled");
        await using var camera = FakeCamera.Start();
        await using var program = Program(station, out var port, """ "rate": 20, "genicam": { "trigger": { "mode": "software" }, "features": { "ExposureTimeAbs": 2000 } } """);
        await UntilJudgedAsync(program, 5);
        Assert.Equal("ready\n", await GetAsync(port, "/health/ready"));

        await camera.KillAsync();
        await program.UntilLineAsync("does not answer any more (control lost)", s_limit);
        await program.UntilLineAsync("the camera LINE01 does not answer", s_limit);
        Assert.Contains("LINE01", await GetAsync(port, "/health/ready"), StringComparison.Ordinal);
        var before = Judged(program);
        await camera.RestartAsync();
        var back = Stopwatch.GetTimestamp();
        await UntilJudgedAsync(program, before + 1);
        output.WriteLine($"judging again {Stopwatch.GetElapsedTime(back).TotalSeconds:0.0} s after the camera was back");

        Assert.InRange(Stopwatch.GetElapsedTime(back).TotalSeconds, 0, 7);
        Assert.Contains($"anomalyline_camera_up{{camera=\"{station}\",station=\"{station}\"}} 1", await GetAsync(port, "/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_KilledAndStartedAgain_JudgesAgainAndNoFrameTwice()
    {
        var station = await StationAsync("gige-killed");
        await using var camera = FakeCamera.Start();
        await using (var first = Program(station, out _, """ "rate": 25 """))
        {
            await UntilJudgedAsync(first, 10);
            await first.KillAsync();
        }

        var started = Stopwatch.GetTimestamp();
        await using var second = Program(station, out _, """ "rate": 25 """);
        await UntilJudgedAsync(second, 10);
        output.WriteLine($"10 frames judged {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the start");

        // The camera waits for the heartbeat of its old controller, 10 s here.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
        second.AskToEnd();
        await second.WaitAsync(s_limit);
        var records = await line.Client.ReadLogAsync(station);
        Assert.Equal(records.Count, records.Select(record => record.CaptureTime).Distinct().Count());
    }

    [Fact]
    public async Task Camera_TriggeredOverHttpAndByTheServer_GivesOneFrameATrigger()
    {
        var station = await StationAsync("gige-trigger");
        await using var camera = FakeCamera.Start();
        await using var program = Program(station, out var port, """ "genicam": { "trigger": { "mode": "software" } } """);
        await program.UntilLineAsync("genicam:", s_limit);
        using var http = new HttpClient();
        Uri trigger = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/cameras/{station}/trigger"));
        for (var frame = 1; frame <= 5; frame++)
        {
            while (true)
            {
                using var answer = await http.PostAsync(trigger, null, Cancel);
                if (answer.IsSuccessStatusCode) break;
                Assert.Equal(System.Net.HttpStatusCode.Conflict, answer.StatusCode);
            }

            await UntilJudgedAsync(program, frame);
        }

        using var page = new HttpRequestMessage(HttpMethod.Post, trigger) { Headers = { { "Origin", "http://evil.example" } } };
        using var refused = await http.SendAsync(page, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, refused.StatusCode);

        // By the server: nothing says when the program has attached the camera.
        var cameras = new CameraService.CameraServiceClient(line.Server.Channel);
        while (!(await cameras.ListCamerasAsync(new(), cancellationToken: Cancel)).Cameras.Any(camera => camera.Attached && camera.Status.Station == station && camera.Status.Fault.Length == 0)) await Task.Yield();
        Assert.Equal(station, (await cameras.TriggerCameraAsync(new() { Station = station }, cancellationToken: Cancel)).Camera);
        await UntilJudgedAsync(program, 6);
        program.AskToEnd();
        await program.WaitAsync(s_limit);
        Assert.Equal(6, (await line.Client.ReadLogAsync(station)).Count);
    }

    [Theory]
    [InlineData("""{ "features": { "NoSuchThing": 1 } }""", "NoSuchThing: the camera has no such feature")]
    [InlineData("""{ "features": { "Width": 100000 } }""", "Width: the camera does not take 100000")]
    [InlineData("""{ "trigger": { "mode": "hardware" } }""", "TriggerSource: the camera does not take Line1")]
    public async Task Program_SettingThatTheCameraDoesNotTake_NamesItAndGoesOnTrying(string genicam, string part)
    {
        await using var camera = FakeCamera.Start();
        await using var program = Program("any", out _, $""" "genicam": {genicam} """);
        await program.UntilLineAsync(part, s_limit);
        Assert.False(program.HasExited);
    }

    /// <summary>Ten minutes at 25 frames a second; run by hand.</summary>
    [Theory(Explicit = true)]
    [InlineData(0, 15_000)]
    [InlineData(5, 15_000)]
    public async Task Camera_RunsForTenMinutes_EveryFrameIsAccountedFor(int lostPerThousand, int frames)
    {
        var station = await StationAsync($"gige-long-{lostPerThousand}");
        await using var camera = FakeCamera.Start(lostPerThousand);
        var summary = await RunAsync("--station", station, "--source", $"genicam:{FakeCamera.SerialNumber}", "--count", frames.ToString(CultureInfo.InvariantCulture));
        output.WriteLine(summary.GetRawText());
        var records = await line.Client.ReadLogAsync(station);
        Assert.Equal(frames, records.Count);
        Assert.Equal(
            summary.GetProperty("incomplete").EnumerateObject().Sum(status => status.Value.GetInt32()), records.Count(record => record.ReasonCode == ReasonCode.InvalidFrame));
    }

    private async Task<string> StationAsync(string name)
    {
        await line.Client.AddStationsAsync(line.Model, name);
        return name;
    }

    private async Task<JsonElement> RunAsync(params string[] arguments)
    {
        await using var program = RunningProgram.Start(Programs.Camera, [.. arguments, "--server", line.Server.GrpcAddress, "--json"], Environment());
        var code = await program.WaitAsync(TimeSpan.FromMinutes(15));
        Assert.True(code == 0, string.Join('\n', program.Lines));
        using var summary = JsonDocument.Parse(program.Lines.Single(text => text.StartsWith('{')));
        return summary.RootElement.Clone();
    }

    private RunningProgram Program(string station, out int port, string camera)
    {
        port = FreePorts.Take(1)[0];
        var file = _folder["cameras.json"];
        File.WriteAllText(file, $$"""
            {
              "server": { "address": "{{line.Server.GrpcAddress}}" },
              "statusPort": {{port}},
              "cameras": [ { "station": "{{station}}", "source": "genicam:{{FakeCamera.SerialNumber}}", {{camera}} } ],
            }
            """);
        return RunningProgram.Start(Programs.Camera, ["--file", file], Environment());
    }

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal) { ["ANOMALYLINE_KEY"] = line.Server.LocalKey! };

    private static int Judged(RunningProgram program) => program.Lines.Count(text => text.Contains("round trip", StringComparison.Ordinal));

    private static Task UntilJudgedAsync(RunningProgram program, int count) => program.UntilAsync(() => Judged(program) >= count, s_limit, $"{count} frames judged");

    private static async Task<string> GetAsync(int port, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}")), Cancel);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private static int Int(JsonElement summary, string name) => summary.GetProperty(name).GetInt32();
}
