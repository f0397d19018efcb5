using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

public sealed class FourCamerasTests(SharedLine line, TrainedModel model)
{
    private const int FramesPerCamera = 40;
    private static readonly string[] s_stations = ["four-1", "four-2", "four-3", "four-4"];

    [Fact]
    public async Task FourCameras_FixedRate_OneInspectionAndOneEventPerFrame()
    {
        Programs.RequireOpcUa();
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, s_stations);
        await using var plc = await OpcUaClient.ConnectAsync(line.Server.OpcUaEndpoint, model.ClientPki);
        var cameras = s_stations.Select(station => new CameraClient(line.Server, station, framesPerSecond: 5, Parts.Passing)).ToList();

        await Task.WhenAll(cameras.Select(camera => camera.RunAsync(number => number <= FramesPerCamera, TestContext.Current.CancellationToken)));

        const int all = 4 * FramesPerCamera;
        await plc.UntilAsync(() => plc.Events.Count(seen => s_stations.Contains(seen.Station)) >= all, TimeSpan.FromSeconds(20), "all events");
        var books = Books.Balance(cameras, await line.Client.ReadLogAsync(s_stations), plc.Events);
        Assert.Equal(
            new Books
            {
                Sent = all,
                Unsent = 0,
                Answered = all,
                Refused = 0,
                AnsweredTwice = 0,
                Logged = all,
                Missing = 0,
                Different = 0,
                Doubled = 0,
                Unknown = 0,
                Gaps = 0,
                Events = all,
                EventsLost = 0,
                EventsDoubled = 0,
                EventsDifferent = 0,
                EventsOutOfOrder = 0,
            },
            books);

        // Of twenty parts four are defective: those of the numbers 4, 9, 14, 19.
        Assert.All(cameras.SelectMany(camera => camera.Answers).Select(answer => answer.Response), answer => Assert.Equal(
            answer.RequestId % 5 == 4 ? Verdict.NotOk : Verdict.Ok, answer.Inspection.Verdict));
    }

    [Fact]
    public async Task Activate_AnyModel_TheLogSaysWithWhichSettingsAndByWhichEngineItIsServed()
    {
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, ["four-settings"]);
        await line.Server.Running.UntilLineAsync($"Model {line.Model.Version} is served by ", TimeSpan.FromSeconds(10));
        var settings = Assert.Single(line.Server.Running.Lines.Where(said => said.Contains("Networks are computed with", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal));

        // The tests' own settings are not handed on, so the server has chosen these.
        foreach (var part in (string[])[$" {Environment.ProcessorCount} threads for each pass", "MALLOC_ARENA_MAX=1", "MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=2147483647", "OMP_WAIT_POLICY=PASSIVE"])
            Assert.Contains(part, settings, StringComparison.Ordinal);
    }
}
