using AnomalyLine.Imaging.Sharing;
using AnomalyLine.Server.Memory;
using Google.Protobuf;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Frames whose bytes are in memory that a program of this machine has handed over.</summary>
public sealed class SharedMemoryTests
{
    private const int Side = 320, FrameBytes = Side * Side;

    [Fact]
    public async Task Inspect_FramesInSharedMemory_AreJudgedAndItsPlacesUsedAgain()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var shared = Offer(server);
        using var call = server.Inspections.Inspect(cancellationToken: TestServer.Cancel);
        var places = new Dictionary<ulong, long>();

        for (ulong id = 1; id <= 60; id++)
        {
            var frame = Enumerable.Repeat((byte)(id % 2 == 0 ? 204 : 51), FrameBytes).ToArray();
            places[id] = await shared.WriteAsync(frame, TestServer.Cancel);
            await call.RequestStream.WriteAsync(Request(id, shared, (ulong)places[id]), TestServer.Cancel);
            if (id <= 10) continue;
            await AnswerAsync();
        }

        for (var i = 0; i < 10; i++) await AnswerAsync();
        await call.RequestStream.CompleteAsync();
        Assert.Empty(places);

        async Task AnswerAsync()
        {
            Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
            var answer = call.ResponseStream.Current;
            Assert.Equal(answer.RequestId % 2 == 0 ? (Wire.Verdict.NotOk, 204 * (1 / 255f)) : (Wire.Verdict.Ok, 51 * (1 / 255f)), (answer.Inspection.Verdict, answer.Inspection.Score));
            Assert.True(places.Remove(answer.RequestId, out var place));
            shared.Release(place);
        }
    }

    [Fact]
    public async Task Inspect_PlaceOverwrittenAfterTheAnswer_KeptPictureIsOfTheJudgedFrame()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        using var shared = Offer(server);
        var place = await shared.WriteAsync(new byte[FrameBytes], TestServer.Cancel);
        var inspection = Assert.Single(await server.InspectAsync([Request(1, shared, (ulong)place)])).Inspection;
        var before = await PictureAsync();

        shared.Release(place);
        Assert.Equal(place, await shared.WriteAsync(Enumerable.Repeat((byte)255, FrameBytes).ToArray(), TestServer.Cancel));

        Assert.Equal(before, await PictureAsync());

        async Task<ByteString> PictureAsync() => (await server.Inspections.GetImageAsync(
            new() { Station = "a", Sequence = inspection.Sequence, Kind = Wire.ImageKind.Frame }, cancellationToken: TestServer.Cancel)).Data;
    }

    [Fact]
    public async Task Inspect_ReferencesThatLeadNowhere_AreErrorsOfTheirFrameWithoutAnInspection()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=1048576");
        using var shared = Offer(server);
        var end = 16UL * (ulong)shared.SlotBytes;
        var unknown = Request(1, shared, 0);
        unknown.Frame.SharedData.Memory = ByteString.CopyFrom(new byte[16]);
        var nameless = Request(2, shared, 0);
        nameless.Frame.SharedData.Memory = ByteString.Empty;
        var both = Request(5, shared, 0);
        both.Frame.Data = ByteString.CopyFrom(new byte[FrameBytes]);
        var large = Request(6, shared, 0);
        large.Frame.SharedData.Length = 1048577;
        var huge = Request(7, shared, 0);
        huge.Frame.SharedData.Length = uint.MaxValue;

        var answers = (await server.InspectAsync([unknown, nameless, Request(3, shared, end - 10), Request(4, shared, ulong.MaxValue - 10), both, large, huge, TestServer.Request("a", 8, 10)])).ToDictionary(answer => answer.RequestId);

        Assert.All(new ulong[] { 1, 2, 3, 4, 5 }, id => Assert.Equal("shared-frame-unreadable", answers[id].Error.Code));
        Assert.Contains("not within its", answers[4].Error.Message, StringComparison.Ordinal);
        Assert.Contains("send one", answers[5].Error.Message, StringComparison.Ordinal);
        Assert.All(new ulong[] { 6, 7 }, id => Assert.Equal(Wire.ReasonCode.InvalidFrame, answers[id].Inspection.ReasonCode));
        Assert.Equal((Wire.Verdict.Ok, 3ul), (answers[8].Inspection.Verdict, answers.Values.Max(answer => answer.Inspection?.Sequence ?? 0)));
        Assert.Equal(0, server.Get<MemoryBudget>().InFlight);
    }

    [Fact]
    public async Task Inspect_ProgramHasEnded_ItsMemoryIsGone()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var shared = Offer(server);
        var request = Request(1, shared, (ulong)await shared.WriteAsync(new byte[FrameBytes], TestServer.Cancel));
        Assert.Equal(1, server.Get<SharedMemory>().Count);

        shared.Dispose();
        while (server.Get<SharedMemory>().Count > 0) await Task.Yield();

        Assert.Equal("shared-frame-unreadable", Assert.Single(await server.InspectAsync([request])).Error.Code);
    }

    [Fact]
    public async Task Offer_ServerHasStopped_IsNone()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var port = server.GrpcPort;
        await server.StopAsync();

        Assert.Null(SharedFrames.TryOffer(port, FrameBytes));
    }

    private static SharedFrames Offer(TestServer server) => Assert.IsType<SharedFrames>(SharedFrames.TryOffer(server.GrpcPort, FrameBytes));

    private static Wire.InspectRequest Request(ulong id, SharedFrames shared, ulong place) => new()
    {
        RequestId = id,
        Station = "a",
        Frame = new()
        {
            Width = Side,
            Height = Side,
            PixelFormat = Wire.PixelFormat.Mono8,
            SharedData = new() { Memory = ByteString.CopyFrom(shared.Name.Span), Offset = place, Length = FrameBytes },
        },
    };
}
