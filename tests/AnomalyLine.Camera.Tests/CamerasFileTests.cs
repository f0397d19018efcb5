using AnomalyLine.Camera.Configuration;
using AnomalyLine.Client;

namespace AnomalyLine.Camera.Tests;

public sealed class CamerasFileTests
{
    private const string Sample = "deploy/cameras.sample.json";

    [Fact]
    public void Parse_AllThatCanBeSaid_IsRead()
    {
        var file = CamerasFile.Parse(
            """
            {
              // Comments are allowed.
              "server": { "address": "https://line:8081" },
              "statusPort": 9184,
              "cameras": [
                {
                  "name": "top", "station": "press-1", "product": "lid", "source": "genicam:GV01", "rate": 12.5, "deadlineMs": 250, "significantBits": 12,
                  "buffer": { "frames": 9, "megabytes": 2, "keep": "newest" },
                  "genicam": {
                    "trigger": { "mode": "hardware", "selector": "LineStart", "source": "Line3", "activation": "FallingEdge", "delayUs": 50.5, "debounceUs": 10 },
                    "features": { "ExposureTime": 2000, "Gain": 1.5, "PixelFormat": "Mono12", "ReverseX": true },
                    "loadDefault": false, "buffers": 20, "packetSize": 9000, "packetDelayNs": 4000, "heartbeatMs": 3000, "clock": "synchronised", "silentAfterMs": 5000,
                  },
                },
                { "station": "press-2", "source": "rtsp://cam/1", "openTimeoutMs": 2000, "readTimeoutMs": 3000, "loop": true, "raw": true },
                { "station": "press-3", "source": "http://cam/1.jpg", "trigger": "software" },
              ],
            }
            """,
            "cameras.json");

        Assert.Equal((new Uri("https://line:8081"), 9184), (file.Server!.Uri, file.StatusPort));
        var (top, second) = (file.Cameras[0], file.Cameras[1]);
        Assert.Equal([TriggerMode.Hardware, TriggerMode.FreeRun, TriggerMode.Software], file.Cameras.Select(camera => camera.Trigger));
        Assert.Equal(("top", "press-1", "lid", 12.5, 12, TimeSpan.FromMilliseconds(250)), (top.Name, top.Station, top.Product, top.Rate, top.SignificantBits, top.Deadline));
        Assert.Equal(new SourceAddress(SourceKind.GenICam, "GV01"), top.Source);
        Assert.Equal(new BufferSettings { Frames = 9, Bytes = 2 << 20, KeepsNewest = true }, top.Buffer);
        Assert.Equal(
            new TriggerSettings { Mode = TriggerMode.Hardware, Selector = "LineStart", Source = "Line3", Activation = "FallingEdge", DelayMicroseconds = 50.5, DebounceMicroseconds = 10 }, top.GenICam.Trigger);
        Assert.Equal([("ExposureTime", 2000L), ("Gain", 1.5), ("PixelFormat", "Mono12"), ("ReverseX", true)], top.GenICam.Features.Select(feature => (feature.Key, feature.Value)));
        Assert.Equal(
            (false, 20, 9000, 4000L, 3000, true, TimeSpan.FromSeconds(5)),
            (top.GenICam.LoadDefault, top.GenICam.Buffers, top.GenICam.PacketSize, top.GenICam.PacketDelayNanoseconds, top.GenICam.HeartbeatMilliseconds, top.GenICam.IsClockSynchronised, top.GenICam.SilentAfter));
        Assert.Equal(("press-2", SourceKind.Rtsp, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), true, true), (second.Name, second.Source.Kind, second.OpenTimeout, second.ReadTimeout, second.Loop, second.Raw));
    }

    [Fact]
    public void Parse_ManyMistakes_TellsAllOfThemWithCameraAndField()
    {
        var failure = Assert.Throws<CommandException>(() => CamerasFile.Parse(
            """
            {
              "server": { "address": "line", "keyfile": "x" },
              "statusPort": 0,
              "cameras": [
                { "name": "top", "source": "ftp://cam", "rate": 0, "genicam": { "trigger": { "mode": "soft", "delayUs": -1 }, "features": { "Gain": [1] } } },
                { "name": "side", "station": "S", "source": "rtsp://cam/1", "buffer": { "keep": "all", "frames": 0 }, "genicam": {} },
                { "name": "side", "station": "T", "source": "genicam:" },
                { "station": "U", "source": "rtsp://cam/1", "trigger": "software" },
                { "station": "V", "source": "genicam:1", "trigger": "software" },
              ],
            }
            """,
            "cameras.json"));

        Assert.Equal(ExitCode.WrongUsage, failure.ExitCode);
        foreach (var part in (string[])
            [
                "cameras.json: 16 mistakes:",
                "server: address: \"line\" is no address of a server",
                "server: keyfile: is no field that is known here",
                "statusPort: is 0; it must be a whole number 1..65535",
                "camera \"top\": station: is missing",
                "camera \"top\": source: is no address of a source",
                "camera \"top\": rate: is 0; it must be a number 0.001..10000",
                "camera \"top\": genicam: trigger: mode: is \"soft\"; use one of freeRun, software, hardware",
                "camera \"top\": genicam: trigger: delayUs: is -1; it must be a number 0..10000000",
                "camera \"top\": genicam: features: Gain: is neither a text nor a number nor true or false",
                "camera \"side\": genicam: is for sources genicam:NAME alone",
                "camera \"side\": buffer: keep: is \"all\"; use one of newest, oldest",
                "camera \"side\": buffer: frames: is 0",
                "camera \"side\": source: names no camera",
                "camera #4: trigger: is for files and pictures; a stream cannot be triggered",
                "camera #5: trigger: is for files and pictures; write it as genicam",
                "cameras: 2 cameras are called \"side\"",
            ])
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "is no JSON")]
    [InlineData("[]", "is no object")]
    [InlineData("{}", "cameras: is missing or empty")]
    [InlineData("""{"cameras":[1]}""", "cameras: is no list of objects")]
    public void Parse_NoFileOfCameras_SaysWhatIsMissing(string text, string part) =>
        Assert.Contains(part, Assert.Throws<CommandException>(() => CamerasFile.Parse(text, "cameras.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_TheSample_HasNoMistake()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, Sample))) folder = folder.Parent!;

        // The key's file is not on this machine.
        var text = File.ReadAllText(Path.Combine(folder.FullName, Sample)).Replace("\"keyFile\": \"/etc/anomalyline/camera.key\"", "\"ca\": null", StringComparison.Ordinal);
        Assert.NotEmpty(CamerasFile.Parse(text, Sample).Cameras);
    }

    [Theory]
    [InlineData("rtsp://user:secret@cam:554/1?token=secret", SourceKind.Rtsp, "rtsp://cam:554/1")]
    [InlineData("http://user:secret@cam/snapshot.jpg", SourceKind.Snapshot, "http://cam/snapshot.jpg")]
    [InlineData("/dev/video2", SourceKind.V4L2, "/dev/video2")]
    [InlineData("genicam:Vendor-Model-123", SourceKind.GenICam, "genicam:Vendor-Model-123")]
    [InlineData("/tmp", SourceKind.Folder, "/tmp")]
    [InlineData("/tmp/no-such.avi", SourceKind.Video, "/tmp/no-such.avi")]
    internal void SourceAddress_EachKind_IsToldWithoutItsPassword(string text, SourceKind kind, string shown)
    {
        Assert.True(SourceAddress.TryParse(text, out var address, out var error), error);
        Assert.Equal((kind, shown), (address.Kind, address.ToString()));
    }
}
