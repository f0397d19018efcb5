using System.Collections;
using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Soak;

/// <summary>
/// Four cameras and one that sends more than can be judged, through the real server, while models are loaded, stations are stopped and started, and
/// an observer throws: no frame without exactly one inspection, and no stop that waits.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly string[] s_stations = ["a", "b", "c", "d", "flood"];

    [Fact]
    public Task Soak_TwentySeconds_ExactlyOneInspectionAFrameAndStopsWhileModelsLoad() => RunAsync(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));

    [Fact(Explicit = true)]
    public Task Soak_TenMinutes_ExactlyOneInspectionAFrameAndStopsWithin50Milliseconds() => RunAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(50));

    private async Task RunAsync(TimeSpan length, TimeSpan mostForAStop)
    {
        using var models = new BusyModels(TimeSpan.FromMilliseconds(2));
        await using var server = await TestServer.StartReadyAsync(
            services => services.AddSingleton(models.Loader),
            s_stations,
            "--AnomalyLine:Line:RetainedInspectionsPerStation=10000000",
            "--Logging:LogLevel:Default=Critical");
        server.Get<LineHost>().Line.Evidence.Observe("The clumsy guest", _ => throw new InvalidOperationException("oh no"));
        var cameras = s_stations[..4].Select(station => new SoakCamera(server, station, station, rate: 10)).ToList();
        cameras.Add(new SoakCamera(server, "flood", "flood", rate: 1000));
        using var end = new CancellationTokenSource(length);
        var running = Task.WhenAll(cameras.Select(camera => camera.RunAsync(end.Token)));

        var stops = await ChangeAsync(server, models, end.Token);
        await running;

        stops.Sort();
        var p99 = stops[(int)Math.Min(stops.Count - 1, Math.Ceiling(0.99 * stops.Count))];
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{stops.Count} stops while a model loaded: p50 {stops[stops.Count / 2]:0.0} ms, p99 {p99:0.0} ms, longest {stops[^1]:0.0} ms"));
        foreach (var camera in cameras)
        {
            var reasons = string.Join(", ", camera.Reasons.OrderBy(reason => reason.Key).Select(reason => $"{reason.Key} {reason.Value}"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{camera.Name}: {camera.Sent} sent, p99 {camera.LatencyMs(0.99):0.0} ms, {reasons}"));
            Assert.Equal((camera.Sent, 0, 0), (camera.Answered, camera.Refused, camera.AnsweredTwice));
            AssertExactlyOne(server, camera);
        }

        Assert.All(cameras[..4], camera => Assert.False(camera.Reasons.ContainsKey(Wire.ReasonCode.Overloaded), $"{camera.Name} was overloaded"));
        Assert.Single(server.Get<LineHost>().ObserverFaults);
        Assert.InRange(p99, 0, mostForAStop.TotalMilliseconds);
    }

    /// <summary>
    /// Loads a model for one station after the other, and stops and starts it and the next one meanwhile, until the end. How long the stops took, ms.
    /// </summary>
    private static async Task<List<double>> ChangeAsync(TestServer server, BusyModels models, CancellationToken end)
    {
        var stops = new List<double>();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            var station = s_stations[round % s_stations.Length];
            var version = await server.UploadAsync($"model {round}");
            models.HoldLoads();
            var activation = server.ActivateAsync(station, version, "soak");
            await models.LoadingAsync();
            foreach (var stopped in new[] { station, s_stations[(round + 1) % s_stations.Length] })
            {
                var start = Stopwatch.GetTimestamp();
                await server.Stations.StopStationAsync(new() { Name = stopped }, cancellationToken: TestServer.Cancel);
                stops.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                await server.Stations.StartStationAsync(new() { Name = stopped }, cancellationToken: TestServer.Cancel);
            }

            models.LetLoad();
            await activation;
            await pace.WaitForNextTickAsync(TestServer.Cancel);
        }

        return stops;
    }

    /// <summary>The log has each of the camera's parts once, without gaps.</summary>
    private static void AssertExactlyOne(TestServer server, SoakCamera camera)
    {
        var log = server.Get<LineHost>().Line.Log;
        var found = new BitArray(camera.Sent + 1);
        var expected = (long)camera.Sent;
        for (var before = long.MaxValue; log.ReadBack(camera.Station, before, 1000) is { Count: > 0 } page; before = page[^1].Sequence)
        {
            foreach (var record in page)
            {
                Assert.Equal(expected--, record.Sequence);
                var number = int.Parse(record.PartId.AsSpan(camera.Name.Length + 1), CultureInfo.InvariantCulture);
                Assert.False(found[number], $"{record.PartId} is in the log twice.");
                found[number] = true;
            }
        }

        Assert.Equal(0, expected);
    }
}
