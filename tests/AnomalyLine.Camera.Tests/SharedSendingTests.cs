using System.Diagnostics;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Client;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Sharing;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Camera.Tests;

public sealed class SharedSendingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RequestOf_ServerTakesMemoryLaterThanFrames_GoesThroughMemoryFromThenOn()
    {
        var (port, time) = (TestPort.Next(), new FakeTimeProvider());
        using var sending = new SharedSending(new ServerAddress(new Uri($"http://127.0.0.1:{port}"), null, null), time);
        Assert.Null((await sending.RequestOfAsync(Shot(1), Cancel)).Frame.SharedData);

        using var listener = OfferedMemory.Listen(port, 1);
        Assert.Null((await sending.RequestOfAsync(Shot(2), Cancel)).Frame.SharedData);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await sending.RequestOfAsync(Shot(3), Cancel)).Frame.SharedData);
        using var connection = await listener.AcceptAsync(Cancel);
        using var memory = OfferedMemory.TryTake(connection, out _);
        connection.Send(new byte[SharedFrames.NameBytes]);

        InspectRequest request;
        for (var start = Stopwatch.GetTimestamp(); (request = await sending.RequestOfAsync(Shot(4), Cancel)).Frame.SharedData is null;) Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 30);

        var bytes = new byte[SharedFrames.LeastBytes];
        Assert.Null(memory!.Read(request.Frame.SharedData.Offset, bytes));
        Assert.All(bytes, value => Assert.Equal(4, value));
    }

    private static Shot Shot(byte number)
    {
        var pixels = new byte[SharedFrames.LeastBytes];
        pixels.AsSpan().Fill(number);
        return new Shot(new InspectRequest { RequestId = number, Frame = new Frame { Data = ByteString.CopyFrom(pixels) } }, null, 0);
    }
}
