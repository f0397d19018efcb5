using System.Buffers.Binary;
using System.IO.Compression;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Hosting;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Decoding in processes of their own.</summary>
[Trait("Speed", "Slow")]
public sealed class DecoderTests : IDisposable
{
    private const int MostBytes = 1 << 20;
    private static readonly string s_server = Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Server.dll");
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-decoder-").FullName;
    private readonly List<string> _failures = [];

    [Fact]
    public async Task Inspect_FilesDecodedInAProcess_VerdictsAreThoseOfTheServerItself()
    {
        await using var apart = await TestServer.StartReadyAsync(
            services => services.AddSingleton(new ChildCommand("dotnet", [s_server])), ["a"], "--AnomalyLine:Limits:DecoderProcesses=1", "--AnomalyLine:Limits:DecodeTime=00:01:00");
        await using var own = await TestServer.StartReadyAsync(["a"]);
        Wire.InspectRequest[] requests = [Request(1, Png(16, 16, 51)), Request(2, Png(16, 16, 204)), Request(3, Png(16, 16, 204)[..60]), Request(4, [1, 2, 3]), TestServer.Request("a", 5, 51)];

        var (there, here) = (await apart.InspectAsync(requests), await own.InspectAsync(requests));

        Assert.Equal(Essence(here), Essence(there));
        Assert.Equal(2, there.Count(answer => answer.Inspection.Verdict == Wire.Verdict.Ok));
        Assert.Equal(0, apart.Get<Decoders>().Failures);
        Assert.True(there.Single(answer => answer.RequestId == 1).Inspection.Timings.DecodeMs > 0);

        static IEnumerable<(ulong, Wire.Verdict, Wire.ReasonCode, float, string)> Essence(IEnumerable<Wire.InspectResponse> answers) =>
            answers.OrderBy(answer => answer.RequestId).Select(answer => (answer.RequestId, answer.Inspection.Verdict, answer.Inspection.ReasonCode, answer.Inspection.Score, answer.Inspection.ReasonText));
    }

    [Fact]
    public void TryDecode_ProcessHangs_IsEndedAndTheFileRefused()
    {
        using var pool = new DecoderPool("sh", ["-c", "exec sleep 600"], 1, MostBytes, TimeSpan.FromSeconds(0.3), _failures.Add);

        Assert.False(pool.TryDecode(File(Png(8, 8, 1)), out _, out var error));

        Assert.Contains("took longer than 0.3 s", error, StringComparison.Ordinal);
        Assert.Single(_failures);
    }

    [Fact]
    public void TryDecode_ProcessCrashes_FileIsRefusedAndTheNextOneDecoded()
    {
        // The first one ends as one with a broken heap does, all others work.
        var once = Path.Combine(_folder, "once");
        var script = $"if [ -e {once} ]; then exec dotnet {s_server} \"$@\"; fi; touch {once}; kill -ABRT $$";
        using var pool = new DecoderPool("sh", ["-c", script, "sh"], 1, MostBytes, TimeSpan.FromMinutes(1), _failures.Add);

        Assert.False(pool.TryDecode(File(Png(8, 8, 1)), out _, out var error));
        Assert.Contains("was lost (it ended)", error, StringComparison.Ordinal);
        Assert.True(pool.TryDecode(File(Png(8, 4, 77)), out var pixels, out error), error);

        Assert.Equal((PixelFormat.Mono8, 8, 4), (pixels.Format, pixels.Width, pixels.Height));
        Assert.All(pixels.Data.ToArray(), value => Assert.Equal(77, value));
        Assert.Single(_failures);
    }

    [Fact]
    public void TryDecode_ProcessAnswersNonsense_IsRefusedWithoutHarm()
    {
        using var pool = new DecoderPool("sh", ["-c", "exec cat /dev/urandom"], 1, MostBytes, TimeSpan.FromSeconds(30), _failures.Add);

        for (var i = 0; i < 200; i++)
        {
            if (pool.TryDecode(File(Png(8, 8, 1)), out var pixels, out var error)) Assert.Equal(pixels.Height * Frame.RowBytes(pixels.Format, pixels.Width), pixels.Data.Length);
            else Assert.NotEmpty(error);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Wire.InspectRequest Request(ulong id, byte[] file) => new()
    {
        RequestId = id,
        Station = "a",
        Frame = new() { PixelFormat = Wire.PixelFormat.Png, Data = ByteString.CopyFrom(file) },
    };

    private static Frame File(byte[] file)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, file, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }

    /// <summary>A grey PNG file of one brightness.</summary>
    private static byte[] Png(int width, int height, byte grey)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        head[8] = 8;
        Chunk("IHDR"u8, head);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < height; y++) zlib.Write([0, .. Enumerable.Repeat(grey, width)]);
        Chunk("IDAT"u8, packed.ToArray());
        Chunk("IEND"u8, []);
        return file.ToArray();

        void Chunk(ReadOnlySpan<byte> name, byte[] bytes)
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
            file.Write(number);
            byte[] content = [.. name, .. bytes];
            file.Write(content);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(content));
            file.Write(number);
        }

        static uint Crc(byte[] bytes)
        {
            var sum = uint.MaxValue;
            foreach (var one in bytes)
            {
                sum ^= one;
                for (var bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? 0xEDB88320 ^ (sum >> 1) : sum >> 1;
            }

            return ~sum;
        }
    }
}
