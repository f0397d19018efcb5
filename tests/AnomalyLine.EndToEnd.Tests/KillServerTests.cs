using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>kill -9 while four cameras stream, seen through the supervised gateway and through one that runs alone.</summary>
public sealed class KillServerTests(TrainedModel model)
{
    private const int EventsBefore = 60;
    private const int EventsAfter = 60;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly string[] s_stations = ["kill-1", "kill-2", "kill-3", "kill-4"];

    [Fact]
    public async Task KillServer_InTheMiddle_NothingAnsweredIsLostAndGatewaysComeBack()
    {
        Programs.RequireOpcUa();
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: true);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), s_stations);
        await using var gateway = await GatewayProcess.StartAsync(server, folder["gateway-pki"]);
        await using var supervised = await OpcUaClient.ConnectAsync(server.OpcUaEndpoint, model.ClientPki, "kill-1.Pass");
        await using var alone = await OpcUaClient.ConnectAsync(gateway.Endpoint, model.ClientPki, "kill-1.Sequence", "kill-1.Pass");
        var cameras = s_stations.Select(station => new CameraClient(server, station, framesPerSecond: 10, Parts.Passing)).ToList();

        var enough = false;
        var running = Task.WhenAll(cameras.Select(camera => camera.RunAsync(_ => !Volatile.Read(ref enough), TestContext.Current.CancellationToken)));
        await alone.UntilAsync(() => alone.Events.Count >= EventsBefore, s_limit, "events before");
        await server.KillAsync();
        await alone.UntilAsync(() => alone.Changes.Any(change => change is { Tag: "kill-1.Pass", Status: "BadNoCommunication" }), s_limit, "the bad quality");
        var badPass = alone.Changes.Last(change => change.Tag == "kill-1.Pass");
        await server.StartAsync();
        await supervised.UntilAsync(() => supervised.Connections.Count == 3, s_limit, "the supervised gateway's connection again");
        var (seenAlone, seenSupervised) = (alone.Events.Count, supervised.Events.Count);
        await alone.UntilAsync(() => alone.Events.Count >= seenAlone + EventsAfter, s_limit, "events after");
        await supervised.UntilAsync(() => supervised.Events.Count >= seenSupervised + EventsAfter, s_limit, "events after through the supervised gateway");
        Volatile.Write(ref enough, true);
        await running;

        // Everything answered, before and after, is in the log as it was answered; sequences go on without a gap.
        var log = await client.ReadLogAsync(s_stations);
        await alone.UntilAsync(() => alone.Events.DistinctBy(seen => (seen.Station, seen.Sequence)).Count() >= log.Count, s_limit, "all events");
        var books = Books.Balance(cameras, log, alone.Events);
        Assert.True(books is { Missing: 0, Different: 0, Doubled: 0, Unknown: 0, Gaps: 0, Refused: 0, AnsweredTwice: 0 }, $"{books}");
        Assert.InRange(books.Logged, books.Answered, books.Sent);

        // Answers come in order of completion: the last frame is answered, be it before another.
        Assert.All(cameras, camera => Assert.Equal(camera.Sent[^1].RequestId, camera.Answers.Max(answer => answer.Response.RequestId)));

        // The gateway that runs alone resumed by its cursors.
        Assert.True(books is { EventsLost: 0, EventsDoubled: 0, EventsDifferent: 0, EventsOutOfOrder: 0 }, $"{books}");
        Assert.False(badPass.Value.GetBoolean());
        Assert.Equal(["connected"], alone.Connections.Select(connection => connection.What));
        var tags = await alone.ReadAsync("kill-1.Sequence", "kill-1.Ready");
        Assert.Equal(("Good", (uint)log.Count(record => record.Station == "kill-1")), (tags["kill-1.Sequence"].Status, tags["kill-1.Sequence"].Value.GetUInt32()));
        Assert.Equal(("Good", true), (tags["kill-1.Ready"].Status, tags["kill-1.Ready"].Value.GetBoolean()));

        // The supervised one went with the server and came back with it.
        Assert.Equal(["connected", "lost", "connected"], supervised.Connections.Select(connection => connection.What));
        var seen = Books.Balance(cameras, log, supervised.Events);
        Assert.True(seen is { EventsDoubled: 0, EventsDifferent: 0, EventsOutOfOrder: 0 }, $"{seen}");
        await supervised.UntilAsync(() => supervised.Events.Any(e => e.Sequence == log[^1].Sequence && e.Station == log[^1].Station), s_limit, "the last event");
    }
}
