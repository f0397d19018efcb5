using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using Google.Protobuf;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Frames of a 12-bit camera over the wire, which say that white is 4095.</summary>
public sealed class TwelveBitFramesTests
{
    private static CancellationToken Cancel => TestServer.Cancel;

    [Fact]
    public async Task Inspect_FramesThatStateTwelveBits_AreJudgedByThemAndRefusedAboveThem()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);

        var answers = await server.InspectAsync([Request(1, 819, 12), Request(2, 3276, 12), Request(3, 4096, 12), Request(4, 3276, 20), Request(5, 3276, 0)]);

        var byId = answers.ToDictionary(answer => answer.RequestId, answer => answer.Inspection);
        Assert.Equal((Wire.Verdict.Ok, 819 * (1 / 4095f)), (byId[1].Verdict, byId[1].Score));
        Assert.Equal((Wire.Verdict.NotOk, 3276 * (1 / 4095f)), (byId[2].Verdict, byId[2].Score));
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame), (byId[3].Verdict, byId[3].ReasonCode));
        Assert.Contains("holds the value 4096, but states 12 significant bits", byId[3].ReasonText, StringComparison.Ordinal);
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame), (byId[4].Verdict, byId[4].ReasonCode));
        Assert.Contains("20 significant bits are stated; state 9..16", byId[4].ReasonText, StringComparison.Ordinal);
        Assert.Equal(3276 * (1 / 65535f), byId[5].Score);
    }

    [Fact]
    public async Task Pictures_OfAFrameThatStatesTwelveBits_ArePlainAndTheKeptFrameIsWhole()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        _ = await server.InspectAsync([Request(1, 2048, 12)]);

        var whole = await server.Inspections.GetImageAsync(new() { Station = "a", Sequence = 1, Kind = Wire.ImageKind.Frame }, cancellationToken: Cancel);
        var shown = await server.Http.GetByteArrayAsync("/stations/a/inspections/1/frame", Cancel);

        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, whole.Data.Memory, DateTimeOffset.UnixEpoch, out var kept, out var error), error);
        Assert.Equal((true, 12), (kept.HasDeepValues, kept.SignificantBits));
        Assert.Equal(2048 / 4095.0, Brightness(kept), 1e-4);
        Assert.True(Frame.TryCreate(PixelFormat.Jpeg, 0, 0, 0, shown, DateTimeOffset.UnixEpoch, out var picture, out error), error);
        Assert.Equal(2048 / 4095.0, Brightness(picture), 0.01);
    }

    private static double Brightness(Frame frame)
    {
        Assert.True(FrameStatistics.TryMeasure(frame, null, null, out var statistics, out var error), error);
        return statistics.Brightness;
    }

    private static Wire.InspectRequest Request(ulong id, ushort value, uint bits)
    {
        var request = TestServer.Request("a", id, 0);
        request.Frame.PixelFormat = Wire.PixelFormat.Mono16;
        request.Frame.SignificantBits = bits;
        request.Frame.Data = ByteString.CopyFrom(MemoryMarshal.AsBytes(Enumerable.Repeat(value, 256).ToArray().AsSpan()));
        return request;
    }
}
