using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sources;

namespace AnomalyLine.Camera.Tests;

/// <summary>Cameras on the network that answer, answer wrongly, or take the connection and say nothing more.</summary>
[Trait("Speed", "Slow")]
public sealed class NetworkSourceTests
{
    private static readonly byte[] s_jpeg = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0, 0xFF, 0xD9];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_Picture_IsSentOnAsItIsWithUserAndPasswordInAHeader()
    {
        using var camera = new Listener();
        var serving = camera.ServeAsync($"HTTP/1.1 200 OK\r\nContent-Length: {s_jpeg.Length}\r\n\r\n", s_jpeg);
        using var source = new SnapshotSource(Camera($"http://user:pass%20word@127.0.0.1:{camera.Port}/1.jpg"), TimeProvider.System);

        var frame = source.Read(Cancel)!;

        Assert.Equal(s_jpeg, frame.Frame!.Data.ToArray());
        var asked = await serving;
        Assert.Contains("GET /1.jpg", asked, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String("user:pass word"u8)}", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "neither a JPEG nor a PNG")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhal", "no picture within 0.5 s")]
    [InlineData("", "no picture within 0.5 s")]
    public async Task Snapshot_AnythingElse_IsAFailureThatSaysWhatItWasInTime(string answer, string part)
    {
        using var camera = new Listener();
        var serving = camera.ServeAsync(answer, []);
        using var source = new SnapshotSource(Camera($"http://127.0.0.1:{camera.Port}/1.jpg"), TimeProvider.System);
        var start = Stopwatch.GetTimestamp();

        var failure = Assert.Throws<SourceException>(() => source.Read(Cancel));

        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        await serving;
    }

    [Fact]
    public async Task Rtsp_ServerThatSaysNothing_EndsInItsTimeAndKeepsThePasswordToItself()
    {
        RequireFfmpeg();
        using var camera = new Listener();
        var serving = camera.ServeAsync("", []);
        using var source = new RtspSource(Camera($"rtsp://user:secret@127.0.0.1:{camera.Port}/1"), TimeProvider.System);
        var start = Stopwatch.GetTimestamp();

        var failure = Assert.Throws<SourceException>(() => source.Read(Cancel));

        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        await serving.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    /// <summary>MPEG-TS over TCP: the same program on both sides; no server of RTSP is in Debian.</summary>
    [Fact]
    public void Rtsp_StreamThatEnds_GivesItsFramesAndThenSaysSo()
    {
        RequireFfmpeg();
        var port = TestPort.Next();
        using var camera = Process.Start("ffmpeg", ["-nostdin", "-loglevel", "quiet", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=1", "-c:v", "mpeg2video", "-f", "mpegts", $"tcp://127.0.0.1:{port}?listen=1"]);
        var frames = 0;
        while (true)
        {
            using var source = new RtspSource(Camera($"tcp://127.0.0.1:{port}", 20), TimeProvider.System);
            try
            {
                while (source.Read(Cancel) is { } read)
                {
                    Assert.Equal((320, 240, Imaging.PixelFormat.Rgb8), (read.Frame!.Width, read.Frame.Height, read.Frame.Format));
                    frames++;
                }
            }
            catch (SourceException ended) when (frames > 0)
            {
                Assert.Contains("the stream ended", ended.Message, StringComparison.Ordinal);
                break;
            }
            catch (SourceException)
            {
                // The other one does not listen yet.
                Assert.False(camera.HasExited);
            }
        }

        Assert.InRange(frames, 20, 25);
    }

    [Fact]
    public void Device_ThatIsNotThere_SaysWhatToLookAt() =>
        Assert.Contains("group video", Assert.Throws<SourceException>(() => new DeviceSource(Camera("/dev/video-none"), TimeProvider.System)).Message, StringComparison.Ordinal);

    private static void RequireFfmpeg() => Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "ffmpeg is not installed; run deploy/install-native.sh --test");

    private static CameraSettings Camera(string source, double seconds = 0.5)
    {
        return new CameraSettings
        {
            Name = "C",
            Station = "S",
            Source = SourceAddress.TryParse(source, out var address, out _) ? address : new SourceAddress(SourceKind.Rtsp, source),
            OpenTimeout = TimeSpan.FromSeconds(seconds),
            ReadTimeout = TimeSpan.FromSeconds(seconds),
        };
    }

    /// <summary>Takes one connection, reads what it asks, answers, and keeps it open until it is disposed of.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private TcpClient? _client;

        public Listener() => _listener.Start();

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async Task<string> ServeAsync(string head, byte[] body)
        {
            _client = await _listener.AcceptTcpClientAsync(Cancel);
            var request = new byte[4096];
            var read = await _client.GetStream().ReadAsync(request, Cancel);
            await _client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], Cancel);
            return Encoding.ASCII.GetString(request, 0, read);
        }

        public void Dispose()
        {
            _client?.Dispose();
            _listener.Dispose();
        }
    }
}
