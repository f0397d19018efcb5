using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Contracts.V1;
using Google.Protobuf;

namespace AnomalyLine.Camera.Tests;

public sealed class OutboxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, "1 2 3")]
    [InlineData(true, "1 4 5")]
    public async Task Add_MoreThanFit_KeepsTheOldestOrTheNewestAndNeverDropsWhatWasSent(bool keepsNewest, string kept)
    {
        using var outbox = new Outbox(new BufferSettings { Frames = 3, KeepsNewest = keepsNewest });
        Assert.Equal(0, outbox.Add(Shot(1)));
        Assert.Equal(1UL, (await outbox.NextAsync(Cancel))!.Request.RequestId);
        Assert.Equal([0, 0, 1, 1], new[] { 2UL, 3UL, 4UL, 5UL }.Select(number => outbox.Add(Shot(number))));

        outbox.Complete();
        while (await outbox.NextAsync(Cancel) is not null) Assert.InRange(outbox.Count, 1, 3);

        Assert.Equal(kept, string.Join(' ', outbox.Sent().Select(shot => shot.Request.RequestId)));
    }

    [Fact]
    public async Task Add_MoreBytesThanFit_IsDroppedButForASingleFrame()
    {
        using var outbox = new Outbox(new BufferSettings { Bytes = 100 });
        Assert.Equal([0, 1], new[] { Shot(1, 200), Shot(2, 50) }.Select(outbox.Add));
        Assert.Equal((1, 200), (outbox.Count, outbox.Bytes));

        var sent = await outbox.NextAsync(Cancel);
        Assert.Same(sent, outbox.Take(1));
        Assert.Null(outbox.Take(1));
        Assert.Equal((0, 0), (outbox.Count, outbox.Bytes));
        Assert.Equal(0, outbox.Add(Shot(3, 60)));
    }

    [Fact]
    public async Task NextAsync_NothingThere_WaitsForAFrameOrTheEnd()
    {
        using var outbox = new Outbox(new BufferSettings());
        var waiting = outbox.NextAsync(Cancel);
        Assert.False(waiting.IsCompleted);
        outbox.Add(Shot(7));
        Assert.Equal(7UL, (await waiting)!.Request.RequestId);

        waiting = outbox.NextAsync(Cancel);
        outbox.Complete();
        Assert.Null(await waiting);
    }

    private static Shot Shot(ulong number, int bytes = 1) => new(new InspectRequest { RequestId = number, Frame = new Frame { Data = ByteString.CopyFrom(new byte[bytes]) } }, null, 0);
}
