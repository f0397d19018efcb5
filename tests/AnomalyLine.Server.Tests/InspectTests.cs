using AnomalyLine.Imaging;
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
    public async Task Inspect_JpegThatLostDataThoughItIsClosed_NotDecidableAndNoSample()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var whole = Jpeg(64, 48, static (x, y) => (byte)(((x * 7) + (y * 13)) % 100));
        var middle = whole.Length * 2 / 3;
        var damaged = new[]
        {
            (byte[])[.. whole[..middle], 0xFF, 0xD9],
            [.. whole[..middle], .. whole[(middle + 60)..]],
            [.. whole[..middle], .. new byte[60], .. whole[(middle + 60)..]],
        };

        var answers = await server.InspectAsync(damaged.Prepend(whole).Select((file, at) => JpegRequest((ulong)at + 1, file)));

        var verdicts = answers.OrderBy(answer => answer.RequestId).Select(answer => (answer.Inspection.Verdict, answer.Inspection.ReasonCode)).ToList();
        Assert.Equal([(Wire.Verdict.Ok, Wire.ReasonCode.WithinThreshold), .. Enumerable.Repeat((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame), 3)], verdicts);
        await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(whole) }, cancellationToken: TestServer.Cancel);
        foreach (var file in damaged)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(file) }, cancellationToken: TestServer.Cancel).ResponseAsync);
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        }
    }

    /// <summary>Stored with 32 x 16 pixels and a bright square at its upper right, to be turned clockwise: then it is at the lower right of 16 x 32.</summary>
    [Fact]
    public async Task Inspect_JpegWithAnOrientation_RegionsPicturesAndSampleAreOfTheFrameThatPeopleSee()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "a", AllNotOk = true, Interval = new() } }, cancellationToken: TestServer.Cancel);
        var stored = Jpeg(32, 16, static (x, y) => x >= 24 && y < 8 ? (byte)250 : (byte)20);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

        var inspection = Assert.Single(await server.InspectAsync([JpegRequest(1, [.. stored[..2], .. exif, .. stored[2..]])])).Inspection;

        Assert.Equal((16u, 32u), (inspection.FrameWidth, inspection.FrameHeight));
        var region = Assert.Single(inspection.Regions);
        Assert.Equal((8u, 24u, 8u, 8u), (region.X, region.Y, region.Width, region.Height));
        Assert.Equal((20, 250, 250), Corners(await server.Http.GetByteArrayAsync("/stations/a/inspections/1/frame", TestServer.Cancel)));
        var overlay = Corners(await server.Http.GetByteArrayAsync("/stations/a/inspections/1/overlay", TestServer.Cancel));
        Assert.Equal(20, overlay.Upper, 8.0);
        Assert.True(overlay.Red > overlay.Green + 20, $"{overlay}");
        await server.Get<Management.Samples.SampleCollector>().FlushAsync(TestServer.Cancel);
        var sample = Assert.Single((await server.Samples.ListSamplesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Samples);
        Assert.Equal((20, 250, 250), Corners((await server.Samples.GetSampleImageAsync(new() { Id = sample.Id }, cancellationToken: TestServer.Cancel)).Data.ToByteArray()));
        Assert.Equal((20, 250, 250), Corners((await server.Inspections.GetImageAsync(new() { Station = "a", Sequence = 1, Kind = Wire.ImageKind.Frame }, cancellationToken: TestServer.Cancel)).Data.ToByteArray()));

        // Red at the upper left, red and green at the lower right, in the 16 x 32 pixels that a browser shows.
        static (int Upper, int Red, int Green) Corners(byte[] file)
        {
            var format = file[0] == 0xFF ? PixelFormat.Jpeg : PixelFormat.Png;
            Assert.True(Frame.TryCreate(format, 0, 0, 0, file, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
            Assert.True(FramePreparer.TryPrepare(frame, new InputSpec(16, 32, 3), null, out var prepared, out error), error);
            using (prepared)
            {
                Assert.Equal((16, 32), (prepared.FrameWidth, prepared.FrameHeight));
                return (At(0, 3, 3), At(0, 12, 28), At(1, 12, 28));

                // JPEG moves values by a grey level or two.
                int At(int channel, int x, int y) => (int)Math.Round(prepared.Values[(((channel * 32) + y) * 16) + x] * 25.5f) * 10;
            }
        }
    }

    private static byte[] Jpeg(int width, int height, Func<int, int, byte> grey)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height).Select(i => grey(i % width, i / width))];
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, width, height, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Jpeg, out var file, out error), error);
        return file;
    }

    private static Wire.InspectRequest JpegRequest(ulong id, byte[] file)
    {
        var request = TestServer.Request("a", id, 0);
        request.Frame = new() { PixelFormat = Wire.PixelFormat.Jpeg, Data = ByteString.CopyFrom(file) };
        return request;
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
    public async Task Inspect_FileThatDeclaresMoreThanTheLimit_NotDecidableBeforeItIsDecoded()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=1048576");
        var bomb = TestServer.Request("a", 1, 10);
        bomb.Frame = new() { PixelFormat = Wire.PixelFormat.Png, Data = ByteString.CopyFrom(Png(1025, 1025)) };

        var answers = await server.InspectAsync([bomb, TestServer.Request("a", 2, 10)]);

        var inspection = answers.Single(answer => answer.RequestId == 1).Inspection;
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.InvalidFrame, 0d), (inspection.Verdict, inspection.ReasonCode, inspection.Timings.DecodeMs));
        Assert.Contains("declares 1025 x 1025 pixels of 3 bytes, 3151875 bytes once they are decoded; the limit is 1048576", inspection.ReasonText, StringComparison.Ordinal);
        Assert.Equal(Wire.Verdict.Ok, answers.Single(answer => answer.RequestId == 2).Inspection.Verdict);
    }

    [Fact]
    public async Task ImportSample_FileThatDeclaresMoreThanTheLimit_IsRefused()
    {
        await using var server = await TestServer.StartReadyAsync(["a"], "--AnomalyLine:MaxFrameBytes=1048576");

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(Png(1025, 1025)) }, cancellationToken: TestServer.Cancel).ResponseAsync);

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("declares 1025 x 1025", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static byte[] Png(int width, int height)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, width, height, 0, new byte[width * height], DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Png, out var file, out error), error);
        return file;
    }

    [Fact]
    public async Task ImportSample_FileLargerThanTheServersUsualBody_IsKept()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var pixels = new byte[3300 * 3300 * 3];
        new Random(1).NextBytes(pixels);
        Assert.True(Frame.TryCreate(PixelFormat.Rgb8, 3300, 3300, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(Overlay.TryEncodeFrame(frame, 0, PixelFormat.Png, out var file, out error), error);
        Assert.InRange(file.Length, 30_000_001, 64 << 20);

        Assert.Equal(3300u, (await server.Samples.ImportSampleAsync(new() { Station = "a", Data = ByteString.CopyFrom(file) }, cancellationToken: TestServer.Cancel)).Sample.Width);
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
