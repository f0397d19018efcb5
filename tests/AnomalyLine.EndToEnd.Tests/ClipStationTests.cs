using System.Globalization;
using System.Text.Json;
using AnomalyLine.Contracts.V1;
using AnomalyLine.EndToEnd.Tests.Harness;
using AnomalyLine.Imaging.Datasets;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using PixelFormat = AnomalyLine.Contracts.V1.PixelFormat;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>A station whose model judges clips, trained by the command line: the server gives each frame of a video the score that "evaluate" gives its file.</summary>
public sealed class ClipStationTests(ITestOutputHelper output)
{
    private const int Clip = 4, Side = 32;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Station_RenderedClip_ScoresAsEvaluateDoes()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 48; i++) Write(folder["clip/train/good"], i, i % (Side - 8));
        for (var i = 0; i < 24; i++) Write(folder[i < 20 ? "clip/test/good" : "clip/test/jump"], i, i < 20 ? i : 3);
        await CompareAsync(folder, "memae", "items=50 width=4 size=32", epochs: 3);
    }

    [Fact]
    public async Task Station_RealClip_ScoresAsEvaluateDoes()
    {
        var source = Checkout.PathOf("..", "shared", "data", "ped2_clip");
        Assert.SkipUnless(Directory.Exists(source), "No real images in shared/data.");
        using var folder = new TemporaryFolder();
        var labels = File.ReadLines(Path.Combine(source, "testing_04_labels.csv")).Skip(1).Select(line => line.Split(',')).ToDictionary(row => row[0], row => row[1]);
        foreach (var file in Directory.GetFiles(Path.Combine(source, "training", "frames", "03"))) Copy(file, folder["clip/train/good"]);
        foreach (var file in Directory.GetFiles(Path.Combine(source, "testing", "frames", "04")))
            Copy(file, folder[labels[Path.GetFileNameWithoutExtension(file)] == "0" ? "clip/test/good" : "clip/test/vehicle"]);
        await CompareAsync(folder, "mnad", "variant=prediction width=4 size=64", epochs: 1);
    }

    private async Task CompareAsync(TemporaryFolder folder, string method, string options, int epochs)
    {
        string[] settings = [.. FormattableString.Invariant($"{options} clip={Clip} channels=1 smoothing=3 normalise=false").Split(' ').SelectMany(set => new[] { "--set", set })];
        await RunAsync(["train", "--method", method, "--preset", "fast", "--epochs", epochs.ToString(CultureInfo.InvariantCulture), "--seed", "1", "--device", "cpu", "--data", folder["clip"], "--output", folder["clip.alm"], .. settings]);
        var evaluated = JsonDocument.Parse(await RunAsync(["evaluate", "--model", folder["clip.alm"], "--data", folder["clip"], "--device", "cpu", "--json"])).RootElement;
        var wanted = evaluated.GetProperty("frames").EnumerateArray().ToDictionary(
            frame => int.Parse(Path.GetFileNameWithoutExtension(frame.GetProperty("path").GetString()!), CultureInfo.InvariantCulture), frame => frame.GetProperty("score").GetSingle());

        await using var server = new ServerProcess(folder["data"], hasOpcUa: false);
        await server.StartAsync();
        var line = new LineClient(server.Channel);
        await line.AddStationsAsync(await line.UploadAsync(folder["clip.alm"]), "belt", "other");
        var files = Directory.GetFiles(folder["clip/test"], "*", SearchOption.AllDirectories).OrderBy(Path.GetFileName, StringComparer.Ordinal).ToArray();

        // Two cameras send the same video, one without numbers, so that batches hold frames of both.
        var answers = await line.InspectAsync(files.SelectMany((file, i) => new[] { Request("belt", i, file, isNumbered: true), Request("other", i, file, isNumbered: false) }));

        var most = 0f;
        foreach (var (id, answer) in answers)
        {
            var (number, inspection) = ((int)(id / 2), answer.Inspection);
            if (number < Clip - 1)
            {
                Assert.Equal((Verdict.NotDecidable, ReasonCode.ClipNotFull), (inspection.Verdict, inspection.ReasonCode));
                continue;
            }

            Assert.True(inspection.Verdict is Verdict.Ok or Verdict.NotOk, inspection.ReasonText);
            most = Math.Max(most, Math.Abs(inspection.Score - wanted[number]) / wanted[number]);
        }

        output.WriteLine($"{answers.Count} answers; the largest difference of a score from that of evaluate is {most:0.0e+0} of it.");
        Assert.Equal(2 * wanted.Count, answers.Count);
        Assert.InRange(most, 0, 1e-4);
    }

    private static InspectRequest Request(string station, int number, string file, bool isNumbered) => new()
    {
        RequestId = (ulong)((2 * number) + (isNumbered ? 0 : 1)),
        Station = station,
        Frame = new()
        {
            PixelFormat = Path.GetExtension(file) == ".png" ? PixelFormat.Png : PixelFormat.Jpeg,
            Data = ByteString.CopyFrom(File.ReadAllBytes(file)),
            CaptureTime = DateTimeOffset.UtcNow.Date.AddMilliseconds(40 * number).ToUniversalTime().ToTimestamp(),
            Number = isNumbered ? (ulong)number + 1 : 0,
        },
    };

    private static async Task<string> RunAsync(string[] arguments)
    {
        var (code, text) = await RunningProgram.RunAsync(Programs.Cli, arguments, s_limit);
        Assert.True(code == 0, text);
        return text;
    }

    private static void Copy(string file, string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    /// <summary>A bright square on a dark ground.</summary>
    private static void Write(string folder, int number, int x)
    {
        Directory.CreateDirectory(folder);
        var pixels = new byte[Side * Side];
        for (var y = 12; y < 20; y++) pixels.AsSpan((y * Side) + x, 8).Fill(200);
        Assert.True(Imaging.Frame.TryCreate(Imaging.PixelFormat.Mono8, Side, Side, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        Assert.True(FrameFile.TryWritePng(frame, out var file, out _, out _, out error), error);
        File.WriteAllBytes(Path.Combine(folder, $"{number:000}.png"), file);
    }
}
