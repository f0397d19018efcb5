using System.Collections.Concurrent;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>The memory of large frames is used again, and never while anybody may look at it.</summary>
[Trait("Speed", "Slow")]
public sealed class FrameMemoryTests
{
    private const int Side = 400, Bytes = (Side * Side) + (16 * 16 * sizeof(float));

    [Fact]
    public async Task InspectAsync_ManyLargeFrames_AllocateNoFrameMemory()
    {
        await using var line = new TestLine();
        const int side = 1200;
        line.Options.EvidenceBytesPerStation = 4 * side * side;
        await line.OpenAsync("s");
        for (var i = 0; i < 20; i++) await InspectAsync(line, i, side);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        const int frames = 200;
        for (var i = 0; i < frames; i++) await InspectAsync(line, i, side);
        var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / frames;

        // Tests beside this one allocate too.
        Assert.InRange(perFrame, 1, side * side / 4);
    }

    [Fact]
    public async Task Evidence_FramesThatAreLookedAt_StayAsTheyAreWhileOthersComeAndGo()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = 4 * Bytes;
        var observed = new ConcurrentBag<EvidenceItem>();
        await line.OpenAsync("s");
        line.Line.Evidence.Observe("The test", item =>
        {
            if (item.Record.Sequence % 7 != 0) return false;
            observed.Add(item);
            return true;
        });
        using var ended = new CancellationTokenSource();
        var lent = new ConcurrentBag<EvidenceItem>();
        var reader = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
                if (line.Line.Evidence.Latest("s") is { } item) lent.Add(item);
        }, TestLine.Cancellation);

        for (var i = 1; i <= 300; i++) await InspectAsync(line, GreyOf(i));
        await ended.CancelAsync();
        await reader;

        Assert.Equal(42, observed.Count);
        Assert.NotEmpty(lent);
        foreach (var item in observed.Concat(lent.Distinct()))
            Assert.True(item.Frame.Data.Span.IndexOfAnyExcept((byte)GreyOf((int)item.Record.Sequence)) < 0, $"Frame {item.Record.Sequence} has another's pixels.");
    }

    [Fact]
    public async Task InspectAsync_DeadlineBeforeTheFrameIsRead_ItsMemoryIsNotUsedAgain()
    {
        await using var line = new TestLine();
        line.Options.EvidenceBytesPerStation = Bytes;
        await line.OpenAsync("s");
        using var withdrawal = new CancellationTokenSource();
        await withdrawal.CancelAsync();
        var late = Frame(9);
        var record = (await line.TryInspectAsync(new InspectionRequest("s", "", late), withdrawal)).Value;
        Assert.Equal(ReasonCode.Cancelled, record.ReasonCode);

        // Decided at once, so that its preparation was still to come: it goes from the evidence, and stays what it was.
        for (var i = 1; i <= 5; i++) await InspectAsync(line, i);
        Assert.Null(line.Line.Evidence.TryGet("s", record.Sequence));
        Assert.True(late.Data.Span.IndexOfAnyExcept((byte)9) < 0);
    }

    private static int GreyOf(int sequence) => 1 + (sequence % 100);

    private static async Task InspectAsync(TestLine line, int grey, int side = Side) => Assert.Null((await line.TryInspectAsync(new InspectionRequest("s", "", Frame(grey, side)))).Error);

    private static Frame Frame(int grey, int side = Side)
    {
        var pixels = PooledArrays.Rent<byte>(side * side);
        pixels.Memory.Span.Fill((byte)grey);
        Assert.True(Imaging.Frame.TryCreate(PixelFormat.Mono8, side, side, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }
}
