using System.Diagnostics.Metrics;
using AnomalyLine.Server.Observability;

namespace AnomalyLine.Server.Tests;

public sealed class MonitoringTests
{
    [Fact]
    public async Task Metrics_ThatDashboardAndRulesAskFor_AreExported()
    {
        // With a broker that is not there, so that a receiver is behind.
        await using var server = await TestServer.StartReadyAsync(["monitored"], "--AnomalyLine:Mqtt:Host=127.0.0.1", "--AnomalyLine:Mqtt:Port=9", "--AnomalyLine:Mqtt:Tls=false");
        await server.InspectAsync([TestServer.Request("monitored", 1, 10)]);
        CountEach();

        var exported = MonitoringFiles.Exported(await server.Http.GetStringAsync("/metrics", TestServer.Cancel));

        Assert.Contains("anomalyline_answer_duration_seconds_bucket", exported);
        Assert.True(MonitoringFiles.OfTheServer.Count > 20, $"only {MonitoringFiles.OfTheServer.Count} names");
        Assert.Empty(MonitoringFiles.OfTheServer.Except(exported));
    }

    /// <summary>A counter is exported from its first count on.</summary>
    private static void CountEach()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, _) =>
            {
                if (instrument is Counter<long> { Meter.Name: ServerMetrics.MeterName } counter) counter.Add(0);
            },
        };
        listener.Start();
    }
}
