using AnomalyLine.Inspection;
using AnomalyLine.Server.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

public sealed class InspectTests
{
    [Fact]
    public async Task Inspect_DarkAndBrightFrames_OkAndNotOkWithScoreAndSequence()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);

        var answers = await server.InspectAsync([TestServer.Request("a", 7, 51), TestServer.Request("a", 8, 204)]);

        var dark = answers.Single(answer => answer.RequestId == 7).Inspection;
        var bright = answers.Single(answer => answer.RequestId == 8).Inspection;
        Assert.Equal((Wire.Verdict.Ok, Wire.ReasonCode.WithinThreshold, 51 * (1 / 255f)), (dark.Verdict, dark.ReasonCode, dark.Score));
        Assert.Equal((Wire.Verdict.NotOk, Wire.ReasonCode.AboveThreshold, 204 * (1 / 255f)), (bright.Verdict, bright.ReasonCode, bright.Score));
        Assert.Equal(new ulong[] { 1, 2 }, new[] { dark.Sequence, bright.Sequence }.Order());
        Assert.Equal(("part-7", 16u, 16u, 1u, TestServer.Threshold), (dark.PartId, dark.FrameWidth, dark.FrameHeight, dark.RecipeRevision, dark.Threshold));
        var region = Assert.Single(bright.Regions);
        Assert.Equal((0u, 0u, 16u, 16u, 256.0), (region.X, region.Y, region.Width, region.Height, region.Area));
    }

    [Fact]
    public void ToWire_TimesThatDiffer_AreEachInTheirField()
    {
        var record = new InspectionRecord
        {
            Station = "a",
            PartId = "",
            Verdict = Verdict.Ok,
            ReasonCode = ReasonCode.WithinThreshold,
            ReasonText = "",
            CaptureTime = DateTimeOffset.UnixEpoch,
            CompletionTime = DateTimeOffset.UnixEpoch,
            Timings = new Timings(1.5, 2.5, 3.5, 4.5, 5.5, 17.5, 4) { DecodeMs = 0.25, ForwardMs = 0.75 },
        };
        var expected = new Wire.Timings { PrepareMs = 1.5, QueueMs = 2.5, DetectMs = 3.5, JudgeMs = 4.5, LogMs = 5.5, TotalMs = 17.5, BatchSize = 4, DecodeMs = 0.25, ForwardMs = 0.75 };
        Assert.Equal(expected, record.ToWire().Timings);
    }

    [Fact]
    public async Task Inspect_SeveralCamerasAtOnce_EachFrameOneAnswerAndSequencesWithoutGaps()
    {
        const int frames = 200;
        string[] stations = ["a", "b", "c"];
        await using var server = await TestServer.StartReadyAsync(stations, "--AnomalyLine:Line:QueueCapacity=1024");

        var streams = await Task.WhenAll(stations.Select(station => server.InspectAsync(Enumerable.Range(1, frames).Select(i => TestServer.Request(station, (ulong)i, (byte)i)))));

        foreach (var (station, answers) in stations.Zip(streams))
        {
            Assert.Equal(Enumerable.Range(1, frames).Select(i => (ulong)i), answers.Select(answer => answer.RequestId).Order());
            Assert.Equal(Enumerable.Range(1, frames).Select(i => (ulong)i), answers.Select(answer => answer.Inspection.Sequence).Order());
            Assert.All(answers, answer => Assert.Equal(
                (station, (byte)answer.RequestId * (1 / 255f), (byte)answer.RequestId > 127 ? Wire.Verdict.NotOk : Wire.Verdict.Ok),
                (answer.Inspection.Station, answer.Inspection.Score, answer.Inspection.Verdict)));
        }
    }

    [Fact]
    public async Task Inspect_OpenStream_IsAConnectedCameraOfItsStationsUntilItEnds()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        var cameras = server.Get<ConnectedCameras>();
        using (var call = server.Inspections.Inspect(cancellationToken: TestServer.Cancel))
        {
            foreach (var (number, station) in new[] { "a", "a", "nowhere" }.Index())
            {
                await call.RequestStream.WriteAsync(TestServer.Request(station, (ulong)number, 10), TestServer.Cancel);
                Assert.True(await call.ResponseStream.MoveNext(TestServer.Cancel));
            }

            Assert.Equal((1, 0, 0), (cameras.Of("a"), cameras.Of("b"), cameras.Of("nowhere")));
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(TestServer.Cancel));
        }

        Assert.Equal(0, cameras.Of("a"));
    }

    [Theory]
    [InlineData("no frame", "frame: is missing")]
    [InlineData("no format", "Pixel format 0 is unknown")]
    [InlineData("unknown format", "Pixel format 99 is unknown")]
    [InlineData("no data", "has no data")]
    [InlineData("too few bytes", "has 256 bytes, but 255 were sent")]
    [InlineData("huge size", "is outside 1..32768")]
    [InlineData("short stride", "is shorter than a row")]
    [InlineData("no jpeg", "FF D8")]
    [InlineData("long part", "129 characters")]
    [InlineData("zero deadline", "outside 1..60000 ms")]
    [InlineData("broken deadline", "deadline: is not a valid duration")]
    [InlineData("broken time", "frame.capture_time: is outside")]
    public async Task Inspect_MalformedFrame_NotDecidableWithPreciseReasonAndStreamGoesOn(string what, string reason)
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var wrong = TestServer.Request("a", 1, 10);
        switch (what)
        {
            case "no frame": wrong.Frame = null; break;
            case "no format": wrong.Frame.PixelFormat = Wire.PixelFormat.Unspecified; break;
            case "unknown format": wrong.Frame.PixelFormat = (Wire.PixelFormat)99; break;
            case "no data": wrong.Frame.Data = ByteString.Empty; break;
            case "too few bytes": wrong.Frame.Data = ByteString.CopyFrom(new byte[255]); break;
            case "huge size": wrong.Frame.Width = uint.MaxValue; break;
            case "short stride": wrong.Frame.StrideBytes = 15; break;
            case "no jpeg": wrong.Frame.PixelFormat = Wire.PixelFormat.Jpeg; break;
            case "long part": wrong.PartId = new string('x', 129); break;
            case "zero deadline": wrong.Deadline = new(); break;
            case "broken deadline": wrong.Deadline = new() { Seconds = 1, Nanos = -1 }; break;
            case "broken time": wrong.Frame.CaptureTime = new() { Seconds = long.MaxValue }; break;
            default: Assert.Fail(what); break;
        }

        var answers = await server.InspectAsync([wrong, TestServer.Request("a", 2, 10)]);

        var inspection = answers.Single(answer => answer.RequestId == 1).Inspection;
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame), (inspection.Verdict, inspection.ReasonCode));
        Assert.Contains(reason, inspection.ReasonText, StringComparison.Ordinal);
        Assert.Equal(Wire.Verdict.Ok, answers.Single(answer => answer.RequestId == 2).Inspection.Verdict);
    }

    [Fact]
    public async Task Inspect_FrameAboveTheLimit_NotDecidableWithTheLimitAndThoseBehindItAreJudged()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=1048576");
        var large = TestServer.Request("a", 1, 10);
        large.Frame.Data = ByteString.CopyFrom(new byte[1048577]);

        var answers = await server.InspectAsync([large, .. Enumerable.Range(2, 20).Select(i => TestServer.Request("a", (ulong)i, 10))]);

        var inspection = answers.Single(answer => answer.RequestId == 1).Inspection;
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame, "part-1"), (inspection.Verdict, inspection.ReasonCode, inspection.PartId));
        Assert.Contains("has 1048577 bytes; this server takes up to 1048576", inspection.ReasonText, StringComparison.Ordinal);
        Assert.Equal(20, answers.Count(answer => answer.Inspection?.Verdict == Wire.Verdict.Ok));
        var metrics = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestServer.Cancel);
        Assert.Matches("""anomalyline_frames_refused_total\{[^}]*reason="frame-too-large"\} 1""", metrics);
    }

    [Fact]
    public async Task Inspect_24Megapixels_AreJudgedWhereTheLimitAllowsIt()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=72000000");
        var large = TestServer.Request("a", 1, 10);
        large.Frame = new() { Width = 6000, Height = 4000, PixelFormat = Wire.PixelFormat.Rgb8, Data = UnsafeByteOperations.UnsafeWrap(new byte[72_000_000]) };
        large.Deadline = new() { Seconds = 60 };

        var answer = Assert.Single(await server.InspectAsync([large]));

        Assert.Equal((Wire.Verdict.Ok, 6000u, 4000u), (answer.Inspection.Verdict, answer.Inspection.FrameWidth, answer.Inspection.FrameHeight));
    }

    [Fact]
    public async Task Inspect_BytesThatAreNoMessage_ErrorInTheirAnswerAndStreamGoesOn()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, Wire.InspectionService.Descriptor.FullName, "Inspect", bytes, bytes);
        using var call = server.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions(cancellationToken: TestServer.Cancel));

        await call.RequestStream.WriteAsync([0x22, 0xFF, 0xFF], TestServer.Cancel);
        await call.RequestStream.WriteAsync(TestServer.Request("a", 2, 10).ToByteArray(), TestServer.Cancel);
        await call.RequestStream.CompleteAsync();
        var answers = new List<Wire.InspectResponse>();
        while (await call.ResponseStream.MoveNext(TestServer.Cancel)) answers.Add(Wire.InspectResponse.Parser.ParseFrom(call.ResponseStream.Current));

        Assert.Equal("invalid-message", answers.Single(answer => answer.RequestId == 0).Error.Code);
        Assert.Equal(Wire.Verdict.Ok, answers.Single(answer => answer.RequestId == 2).Inspection.Verdict);
    }

    [Fact]
    public async Task Inspect_UnknownStation_ErrorInItsAnswerAndStreamGoesOn()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);

        var answers = await server.InspectAsync([TestServer.Request("b", 1, 10), TestServer.Request("a", 2, 10)]);

        Assert.Equal("station-not-found", answers.Single(answer => answer.RequestId == 1).Error.Code);
        Assert.Equal(Wire.Verdict.Ok, answers.Single(answer => answer.RequestId == 2).Inspection.Verdict);
    }

    [Fact]
    public async Task Inspect_StationWithoutRecipe_NotDecidable()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);

        var answer = Assert.Single(await server.InspectAsync([TestServer.Request("a", 1, 10)]));

        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.NoRecipe), (answer.Inspection.Verdict, answer.Inspection.ReasonCode));
    }

    [Fact]
    public async Task Inspect_ModelSwappedUnderLoad_EveryFrameJudgedByOneOfTheTwo()
    {
        const int frames = 600;
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:Line:QueueCapacity=1024");
        var second = await server.UploadAsync("two");
        using var call = server.Inspections.Inspect(cancellationToken: TestServer.Cancel);
        var answers = new List<Wire.Inspection>();
        var half = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestServer.Cancel))
            {
                answers.Add(call.ResponseStream.Current.Inspection);
                if (answers.Count == frames / 3) half.SetResult();
            }
        }, TestServer.Cancel);

        Task<Wire.Recipe>? swapping = null;
        for (var i = 1; i <= frames; i++)
        {
            if (i == frames / 3 + 10)
            {
                await half.Task;
                swapping = server.ActivateAsync("a", second, "a test");
            }

            if (i == frames - 50) await swapping!;
            await call.RequestStream.WriteAsync(TestServer.Request("a", (ulong)i, 20), TestServer.Cancel);
        }

        await call.RequestStream.CompleteAsync();
        await reading;

        Assert.Equal(frames, answers.Count);
        Assert.All(answers, answer => Assert.Equal(Wire.Verdict.Ok, answer.Verdict));
        Assert.All(answers, answer => Assert.Equal(answer.ModelVersion == second ? 2u : 1u, answer.RecipeRevision));
        Assert.Equal(2, answers.Select(answer => answer.ModelVersion).Distinct().Count());
    }
}
