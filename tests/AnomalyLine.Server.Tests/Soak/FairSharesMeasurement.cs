using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace AnomalyLine.Server.Tests.Soak;

/// <summary>What three cameras at a rate get beside a station whose two cameras send all they can, all on one model.</summary>
public sealed class FairSharesMeasurement(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Inspect_ThreePoliteCamerasBesideAFlood_SaysTheirLatencyAndWhatWasRefused(int floods)
    {
        using var models = new BusyModels(TimeSpan.FromMilliseconds(4));
        await using var server = await TestServer.StartReadyAsync(services => services.AddSingleton(models.Loader), ["flood", "a", "b", "c"]);
        var polite = new[] { "a", "b", "c" }.Select(station => new SoakCamera(server, station, station, rate: 10)).ToList();
        var flood = Enumerable.Range(0, floods).Select(number => new SoakCamera(server, "flood", $"flood-{number}", rate: null)).ToList();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        await Task.WhenAll(polite.Concat(flood).Select(camera => camera.RunAsync(end.Token)));

        foreach (var camera in polite.Concat(flood))
        {
            var reasons = string.Join(", ", camera.Reasons.OrderBy(reason => reason.Key).Select(reason => $"{reason.Key} {reason.Value}"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{camera.Name}: {camera.Sent} sent, p50 {camera.LatencyMs(0.5):0.0} ms, p99 {camera.LatencyMs(0.99):0.0} ms, {reasons}"));
        }
    }
}
