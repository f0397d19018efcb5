using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

public sealed class WatchTests
{
    [Fact]
    public async Task WatchInspections_AtOnce_StatusOfAllStationsFirst()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        await server.InspectAsync([TestServer.Request("a", 1, 10), TestServer.Request("a", 2, 250)]);

        using var call = server.Inspections.WatchInspections(new(), cancellationToken: TestServer.Cancel);
        await call.ResponseStream.MoveNext(TestServer.Cancel);

        var status = call.ResponseStream.Current.Status;
        Assert.Equal(["a", "b"], status.Stations.Select(station => station.Name));
        Assert.All(status.Stations, station => Assert.True(station.Ready, station.Fault));
        Assert.Equal(new Wire.StationCounters { Inspected = 2, Ok = 1, NotOk = 1 }, status.Stations[0].Counters);
        Assert.Equal(2u, status.Stations[0].LastSequence);
    }

    [Fact]
    public async Task WatchInspections_WithoutInspections_HeartbeatRises()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);

        using var call = server.Inspections.WatchInspections(new(), cancellationToken: TestServer.Cancel);
        var beats = new List<uint>();
        while (beats.Count < 3 && await call.ResponseStream.MoveNext(TestServer.Cancel)) beats.Add(call.ResponseStream.Current.Status.Heartbeat);

        Assert.Equal([beats[0], beats[0] + 1, beats[0] + 2], beats);
    }

    [Fact]
    public async Task WatchInspections_WithCursor_ResumesBehindItAndGoesOnLive()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        await server.InspectAsync(Enumerable.Range(1, 5).Select(i => TestServer.Request("a", (ulong)i, 10)));
        using var call = server.Inspections.WatchInspections(
            new() { Stations = { "a" }, Cursors = { new Wire.StationCursor { Station = "a", AfterSequence = 3 } } }, cancellationToken: TestServer.Cancel);

        Assert.Equal([4UL, 5], await ReadSequencesAsync(call.ResponseStream, 2));
        await server.InspectAsync([TestServer.Request("b", 6, 10), TestServer.Request("a", 7, 10)]);
        Assert.Equal([6UL], await ReadSequencesAsync(call.ResponseStream, 1));
    }

    [Fact]
    public async Task WatchInspections_SlowWatcher_DataLossThenNothingMissing()
    {
        const int frames = 3000;
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:Line:SubscriberCapacity=16", "--AnomalyLine:Line:QueueCapacity=4096");
        using var slow = server.Inspections.WatchInspections(new(), cancellationToken: TestServer.Cancel);
        await slow.ResponseStream.MoveNext(TestServer.Cancel);

        // What this watcher does not read fills its window, then the server's queue for it.
        var requests = Enumerable.Range(1, frames).Select(i => Wide(TestServer.Request("a", (ulong)i, 250)));
        await server.InspectAsync(requests);
        var seen = new List<ulong>();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await slow.ResponseStream.MoveNext(TestServer.Cancel))
                if (slow.ResponseStream.Current.Inspection is { } inspection) seen.Add(inspection.Sequence);
        });

        Assert.Equal((StatusCode.DataLoss, "watcher-too-slow"), (failure.StatusCode, failure.Trailers.GetValue("error-code")));
        var last = seen.Count == 0 ? 0 : seen[^1];
        using var again = server.Inspections.WatchInspections(
            new() { Cursors = { new Wire.StationCursor { Station = "a", AfterSequence = last } } }, cancellationToken: TestServer.Cancel);
        seen.AddRange(await ReadSequencesAsync(again.ResponseStream, frames - seen.Count));
        Assert.Equal(Enumerable.Range(1, frames).Select(i => (ulong)i), seen);

        // A long part identity makes each record large enough to fill a window soon.
        static Wire.InspectRequest Wide(Wire.InspectRequest request)
        {
            request.PartId = new string('x', 128);
            return request;
        }
    }

    [Fact]
    public async Task WatchInspections_ServerStops_Unavailable()
    {
        var server = await TestServer.StartReadyAsync(["a"]);
        using var call = server.Inspections.WatchInspections(new(), cancellationToken: TestServer.Cancel);
        await call.ResponseStream.MoveNext(TestServer.Cancel);

        var stopping = server.StopAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestServer.Cancel))
            {
            }
        });
        await stopping;
        await server.DisposeAsync();

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static async Task<List<ulong>> ReadSequencesAsync(IAsyncStreamReader<Wire.WatchInspectionsResponse> events, int count)
    {
        var sequences = new List<ulong>();
        while (sequences.Count < count && await events.MoveNext(TestServer.Cancel))
            if (events.Current.Inspection is { } inspection) sequences.Add(inspection.Sequence);
        return sequences;
    }
}
