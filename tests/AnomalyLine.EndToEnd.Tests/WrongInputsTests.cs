using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>What callers get wrong that only the whole process with a real model can answer; the other cases are in the server's own tests.</summary>
public sealed class WrongInputsTests(SharedLine line, TrainedModel model)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UploadModel_DamagedFiles_RefusedWithReasonAndNotKept()
    {
        await line.EnsureStartedAsync(model);
        using var folder = new TemporaryFolder();
        var good = await File.ReadAllBytesAsync(model.Path, Cancel);
        var before = await line.Client.Models.ListModelsAsync(new(), cancellationToken: Cancel);
        var damaged = new Dictionary<string, byte[]>
        {
            ["empty"] = [],
            ["not a model"] = "GIF89a"u8.ToArray(),
            ["cut short"] = good[..(good.Length / 2)],
            ["one bit turned"] = [.. good.Select((value, at) => at == good.Length / 2 ? (byte)(value ^ 1) : value)],
        };

        foreach (var (what, bytes) in damaged)
        {
            await File.WriteAllBytesAsync(folder["wrong.alm"], bytes, Cancel);
            var failure = await Assert.ThrowsAsync<RpcException>(() => line.Client.UploadAsync(folder["wrong.alm"]));
            Assert.True((failure.StatusCode, failure.Trailers.GetValue("error-code")) == (StatusCode.InvalidArgument, "model-refused"), $"{what}: {failure.Status}");
            Assert.NotEmpty(failure.Status.Detail);
        }

        Assert.Equal(before, await line.Client.Models.ListModelsAsync(new(), cancellationToken: Cancel));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(line.Server.DataFolder, "models"), "incoming-*"));
    }

    [Fact]
    public async Task Inspect_ImageFilesThatLie_NotDecidableAndStreamGoesOn()
    {
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "liar");
        var png = (await InspectAsync(1, Parts.Good())).Verdict == Verdict.Ok ? await PictureAsync(1) : [];
        var frames = new (ulong Id, Frame Frame)[]
        {
            (2, new() { PixelFormat = PixelFormat.Png, Data = ByteString.CopyFrom(png[..(png.Length / 2)]) }),
            (3, new() { PixelFormat = PixelFormat.Png, Data = ByteString.CopyFrom(PngOfSize(png, 30_000, 30_000)) }),
            (4, new() { PixelFormat = PixelFormat.Jpeg, Data = ByteString.CopyFrom(png) }),
            (5, new() { PixelFormat = PixelFormat.Jpeg, Data = ByteString.CopyFrom([0xFF, 0xD8, 0xFF, 0xE0, .. new byte[100]]) }),
            (6, new() { PixelFormat = PixelFormat.Png, Width = 64, Height = 64, Data = ByteString.CopyFrom(png) }),
            (7, new() { PixelFormat = PixelFormat.Png, Data = ByteString.CopyFrom(png) }),
        };

        var answers = await line.Client.InspectAsync(frames.Select(item => Request(item.Id, item.Frame)));

        foreach (var id in new ulong[] { 2, 3, 4, 5, 6 })
        {
            var wrong = answers[id].Inspection;
            Assert.True((wrong.Verdict, wrong.ReasonCode) == (Verdict.NotDecidable, ReasonCode.InvalidFrame), $"{id}: {wrong}");
            Assert.NotEmpty(wrong.ReasonText);
        }

        Assert.Equal(Verdict.Ok, answers[7].Inspection.Verdict);
    }

    [Fact]
    public async Task Inspect_PngFilesThatLibpngComplainsOf_EachLineOfTheServerIsAnEventOfItsLog()
    {
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: false);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), "liar");
        byte[] data = [.. Enumerable.Repeat((byte)128, 65 * 64)];
        for (var row = 0; row < 64; row++) data[65 * row] = 0;
        var whole = Png(64, ("IDAT", Deflated(data)));
        var frames = new[]
        {
            whole,
            Png(64, ("iCCP", [.. "profile"u8, 0, 0, .. Deflated(new byte[200])]), ("IDAT", Deflated(data))),
            Png(64, ("IDAT", [0x78, 0x9C, .. Enumerable.Repeat((byte)0xFF, 100)])),
            Png(64, ("IDAT", Deflated(data[..1000]))),
        };

        var answers = await client.InspectAsync(frames.Select((png, at) => Request((ulong)at + 1, new() { PixelFormat = PixelFormat.Png, Data = ByteString.CopyFrom(png) })));
        await server.StopAsync();

        Assert.All([3ul, 4ul], id => Assert.Equal(ReasonCode.InvalidFrame, answers[id].Inspection.ReasonCode));
        Assert.NotEqual(Verdict.NotDecidable, answers[1].Inspection.Verdict);
        var events = server.Running.Lines.Select(text => System.Text.Json.JsonDocument.Parse(text).RootElement).ToList();
        Assert.Contains(events, said => said.GetProperty("EventId").GetInt32() == 151 && said.GetProperty("Message").GetString()!.Contains("libpng error", StringComparison.Ordinal));
        Assert.Contains(events, said => said.GetProperty("EventId").GetInt32() == 151 && said.GetProperty("Message").GetString()!.Contains("iCCP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspect_FrameLargerThanAllowed_NotDecidableWithTheLimitAndThoseBehindItAreJudged()
    {
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "large");
        var large = Parts.Good();
        large.Data = UnsafeByteOperations.UnsafeWrap(new byte[69 * 1024 * 1024]);

        var answers = await line.Client.InspectAsync([Request(1, large, "large"), Request(2, Parts.Good(), "large")]);

        Assert.Equal((Verdict.NotDecidable, ReasonCode.InvalidFrame), (answers[1].Inspection.Verdict, answers[1].Inspection.ReasonCode));
        Assert.Contains($"{64 * 1024 * 1024}", answers[1].Inspection.ReasonText, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, answers[2].Inspection.Verdict);
    }

    [Fact]
    public async Task ActivateRecipe_RegionOutsideTheFrame_FramesNotDecidableWithReason()
    {
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "outside");
        await line.Client.Recipes.ActivateRecipeAsync(
            new() { Station = "outside", ModelVersion = line.Model.Version, RegionOfInterest = new() { X = 1000, Y = 1000, Width = 64, Height = 64 } }, cancellationToken: Cancel);

        var inspection = (await line.Client.InspectAsync(Request(1, Parts.Good(), "outside")))[1].Inspection;

        Assert.Equal((Verdict.NotDecidable, ReasonCode.InvalidFrame), (inspection.Verdict, inspection.ReasonCode));
        Assert.Contains("region", inspection.ReasonText, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Inspect_DeadlineTooShortForTheModel_NotDecidableInTime()
    {
        await line.EnsureStartedAsync(model);
        await line.Client.AddStationsAsync(line.Model, "hurry");
        InspectRequest[] requests = [.. Enumerable.Range(1, 64).Select(number => Request((ulong)number, Parts.Good(), "hurry"))];
        foreach (var request in requests) request.Deadline = new Duration { Nanos = 1_000_000 };

        var answers = await line.Client.InspectAsync(requests);

        // One alone may be judged within a millisecond; 64 at once are not.
        var late = answers.Values.Where(answer => answer.Inspection.Verdict == Verdict.NotDecidable).ToList();
        Assert.NotEmpty(late);
        Assert.All(late, answer => Assert.Equal(ReasonCode.DeadlineExceeded, answer.Inspection.ReasonCode));
    }

    [Fact]
    public async Task Start_WrongOptions_AllToldAtOnceAndExitCode2()
    {
        var (code, text) = await RunningProgram.RunAsync(
            Programs.Server, ["--AnomalyLine:HttpPort=70000", "--AnomalyLine:BindAddress=nowhere", "--AnomalyLine:Speed=9", "--AnomalyLine:Line:MaxBatchSize=0"], TimeSpan.FromSeconds(30));

        Assert.Equal(2, code);
        Assert.Contains("has 4 errors", text, StringComparison.Ordinal);
        foreach (var name in new[] { "HttpPort", "BindAddress", "Speed", "MaxBatchSize" }) Assert.Contains(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DataFolderInUse_SaysSoAndExitCode1()
    {
        await line.EnsureStartedAsync(model);
        await using var second = new ServerProcess(line.Server.DataFolder, hasOpcUa: false);

        await second.LaunchAsync();

        Assert.Equal(1, await second.Running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("in use by another line", string.Join('\n', second.Running.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(900)]
    public async Task Start_FewerOpenFilesThanItNeeds_SaysSoAndExitCode1(int files)
    {
        using var folder = new TemporaryFolder();
        var (code, text) = await RunningProgram.RunAsync("bash", ["-c", $"ulimit -n {files}; exec {Programs.Server} --AnomalyLine:HttpPort=0 --AnomalyLine:DataFolder={folder["data"]}"], TimeSpan.FromSeconds(60));

        Assert.Contains($"may have {files} files open, but the server needs", text, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task Start_AnyFolder_IsForTheServersAccountAlone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        File.SetUnixFileMode(folder["data"], (UnixFileMode)Convert.ToInt32("755", 8));
        await using var server = new ServerProcess(folder["data"], hasOpcUa: false);
        await server.StartAsync();

        foreach (var path in Directory.EnumerateFileSystemEntries(folder["data"], "*", SearchOption.AllDirectories).Append(folder["data"]))
            Assert.Equal((path, UnixFileMode.None), (path, File.GetUnixFileMode(path) & (UnixFileMode)Convert.ToInt32("077", 8)));
    }

    private static InspectRequest Request(ulong id, Frame frame, string station = "liar") => new() { RequestId = id, Station = station, PartId = $"{station}-{id}", Frame = frame };

    private async Task<Contracts.V1.Inspection> InspectAsync(ulong id, Frame frame) => (await line.Client.InspectAsync(Request(id, frame)))[id].Inspection;

    private async Task<byte[]> PictureAsync(ulong sequence) =>
        (await line.Client.Inspections.GetImageAsync(new() { Station = "liar", Sequence = sequence, Kind = ImageKind.Frame }, cancellationToken: Cancel)).Data.ToByteArray();

    /// <summary>A PNG whose header claims another size, with the header's checksum made right.</summary>
    private static byte[] PngOfSize(byte[] png, int width, int height)
    {
        var changed = (byte[])png.Clone();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(29), Crc32(changed.AsSpan(12, 17)));
        return changed;
    }

    /// <summary>A grey PNG file of a size with these chunks, whose checksums are right.</summary>
    private static byte[] Png(int size, params (string Name, byte[] Content)[] chunks)
    {
        byte[] header = [0, 0, (byte)(size >> 8), (byte)size, 0, 0, (byte)(size >> 8), (byte)size, 8, 0, 0, 0, 0];
        List<byte> file = [0x89, .. "PNG\r\n\x1A\n"u8];
        var number = new byte[4];
        foreach (var (name, content) in chunks.Prepend(("IHDR", header)).Append(("IEND", [])))
        {
            byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(name), .. content];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            file.AddRange(number);
            file.AddRange(named);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(named));
            file.AddRange(number);
        }

        return [.. file];
    }

    private static byte[] Deflated(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Fastest)) zlib.Write(content);
        return packed.ToArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
