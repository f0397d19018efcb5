using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace AnomalyLine.Inspection.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task InspectAsync_FramesJudged_AreCountedByStationAndVerdict()
    {
        var station = "m" + Guid.NewGuid().ToString("N");
        var counts = new ConcurrentDictionary<string, long>();
        var stages = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "AnomalyLine") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "anomalyline.inspections" && Equals(Tag(tags, "station"), station)) counts.AddOrUpdate($"{Tag(tags, "verdict")}", value, (_, old) => old + value);
        });
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "anomalyline.stage.duration") stages[$"{Tag(tags, "stage")}"] = true;
        });
        listener.Start();
        await using var line = await new TestLine().OpenAsync(station);
        foreach (var grey in new[] { 1, 2, 200, 255 }) await line.InspectAsync(station, grey);

        Assert.Equal([("NotDecidable", 1L), ("NotOk", 1L), ("Ok", 2L)], counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value)));
        Assert.Equal(["detect", "judge", "log", "prepare", "publish", "queue"], stages.Keys.Order(StringComparer.Ordinal));
    }

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name) return tag.Value;
        }

        return null;
    }
}
