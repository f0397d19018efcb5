using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AnomalyLine.Imaging.Png;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Benchmarks.Attack;

/// <summary>
/// Those who attack, until they are ended. Without a key: forty large messages at a time, a hundred posts of which half is sent, messages that are none, wrong passwords. With a camera's key of its own
/// station: small files that declare giants, and files at the limit that take long, sixteen at a time.
/// </summary>
internal static class Attackers
{
    public const string Argument = "attackers";

    private const int Large = 40, Half = 100, Bombs = 16;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until the process is ended.</summary>
    /// <param name="grpc">Address of gRPC.</param>
    /// <param name="http">Address of the console.</param>
    /// <param name="key">What the camera proves itself by.</param>
    /// <param name="station">Its station.</param>
    public static async Task RunAsync(string grpc, string http, string key, string station) =>
        await Task.WhenAll(ForeverAsync(() => LargeAsync(grpc)), ForeverAsync(() => HalfAsync(new Uri(http))), ForeverAsync(() => NoMessageAsync(grpc)), ForeverAsync(() => BombAsync(grpc, key, station)));

    private static async Task ForeverAsync(Func<Task> once)
    {
        while (true)
        {
            try
            {
                await once();
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException or SocketException)
            {
                // Refused, as it should be.
            }

            await Task.Delay(s_pause);
        }
    }

    private static async Task LargeAsync(string grpc)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var large = new Wire.ResetCountersRequest { Name = new string('a', 28_000_000) };
        await Task.WhenAll(Enumerable.Range(0, Large).Select(async _ =>
        {
            try
            {
                await new Wire.StationService.StationServiceClient(channel).ResetCountersAsync(large);
            }
            catch (RpcException)
            {
                // Not signed in.
            }
        }));
    }

    private static async Task HalfAsync(Uri http)
    {
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Half; i++)
            {
                open.Add(new TcpClient());
                await open[^1].ConnectAsync(IPAddress.Loopback, http.Port);
                await open[^1].GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname="));
            }

            await Task.Delay(5 * s_pause);
        }
        finally
        {
            open.ForEach(one => one.Dispose());
        }
    }

    private static async Task NoMessageAsync(string grpc)
    {
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        for (var i = 0; i < 20; i++)
        {
            using var content = new ByteArrayContent([0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF]);
            content.Headers.ContentType = new("application/grpc");
            using var answer = await client.PostAsync(new Uri(grpc + "/anomalyline.v1.StationService/ResetCounters"), content);
        }
    }

    private static async Task BombAsync(string grpc, string key, string station)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        using var call = new Wire.InspectionService.InspectionServiceClient(channel).Inspect(new Metadata { { "authorization", key } });
        var (giant, slow) = (ByteString.CopyFrom(Png(8192, 8192, 6, 16)), ByteString.CopyFrom(Png(4096, 4096, 2, 8)));
        for (var i = 0; i < Bombs; i++)
            await call.RequestStream.WriteAsync(new Wire.InspectRequest { RequestId = (ulong)i, Station = station, Frame = new() { PixelFormat = Wire.PixelFormat.Png, Data = i % 2 == 0 ? giant : slow } });
        await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            // Refused by its header, decoded, or late.
        }
    }

    /// <summary>Black, so that it is small.</summary>
    private static byte[] Png(int width, int height, byte colours, byte bits)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (bits, colours);
        Chunk("IHDR"u8, head);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var row = new byte[1 + ((colours == 6 ? 4 : 3) * (bits / 8) * width)];
            for (var y = 0; y < height; y++) zlib.Write(row);
        }

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
            BinaryPrimitives.WriteUInt32BigEndian(number, PngChecksums.Of(content));
            file.Write(number);
        }
    }
}
