using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Alignment;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Frames through the line of a station whose model aligns parts.</summary>
public sealed class PartNotFoundTests
{
    private const int Side = 64;

    [Fact]
    public async Task InspectAsync_PartWhereItMayBe_IsJudgedOnTheFrameAsItCame()
    {
        await using var line = await OpenAsync();
        Assert.Equal((Verdict.Ok, ReasonCode.WithinThreshold), Of(await InspectAsync(line, Draw(0, 0))));
        Assert.Equal((Verdict.Ok, ReasonCode.WithinThreshold), Of(await InspectAsync(line, Draw(4, -3))));

        var bad = await InspectAsync(line, Draw(4, -3, speck: true));

        Assert.Equal((Verdict.NotOk, ReasonCode.AboveThreshold), Of(bad));
        var region = Assert.Single(bad.Regions);
        Assert.InRange(region.X + (region.Width / 2.0), 30 + 4 - 1.5, 34 + 4 + 1.5);
        Assert.InRange(region.Y + (region.Height / 2.0), 30 - 3 - 1.5, 34 - 3 + 1.5);
    }

    [Fact]
    public async Task InspectAsync_PartAbsentOrTooFarOff_IsNotDecidable()
    {
        await using var line = await OpenAsync();

        var absent = await InspectAsync(line, Noise());
        Assert.Equal((Verdict.NotDecidable, ReasonCode.PartNotFound), Of(absent));
        Assert.Contains("like the reference part", absent.ReasonText, StringComparison.Ordinal);
        Assert.Equal((Verdict.NotDecidable, ReasonCode.PartNotFound), Of(await InspectAsync(line, Draw(8, 0))));
        Assert.Equal((Verdict.NotDecidable, ReasonCode.PartNotFound), Of(await InspectAsync(line, Draw(26, 0))));
    }

    [Fact]
    public async Task InspectAsync_FrameOfAnotherSize_IsAnInvalidFrame()
    {
        await using var line = await OpenAsync();
        var other = await InspectAsync(line, TestLine.Frame(0));
        Assert.Equal((Verdict.NotDecidable, ReasonCode.InvalidFrame), Of(other));
        Assert.Contains("aligns frames of 64 x 64", other.ReasonText, StringComparison.Ordinal);
    }

    private static (Verdict Verdict, ReasonCode Reason) Of(InspectionRecord record) => (record.Verdict, record.ReasonCode);

    private static async Task<InspectionRecord> InspectAsync(OpenLine line, Frame frame) =>
        (await line.Line.InspectAsync(new InspectionRequest("s", "", frame, null), CancellationToken.None).WaitAsync(TestLine.Patience, TestLine.Cancellation)).Value;

    private static async Task<OpenLine> OpenAsync()
    {
        Assert.True(FrameFile.TryWritePng(Draw(0, 0), out var reference, out _, out _, out var error), error);
        var alignment = new PartAlignment(Side, Side, reference, 6, 3, 0.05, 0.6, 0.1);
        Assert.Null(alignment.Check());
        var options = new LineOptions { DataFolder = Path.Combine(Path.GetTempPath(), "anomalyline-" + Guid.NewGuid().ToString("N")), MaxBatchDelay = TimeSpan.Zero };
        var line = await Line.OpenAsync(options, _ => new IdentityDetector(new InputSpec(Side, Side, 1, Alignment: alignment)), TimeProvider.System, new TestLog(), TestLine.Cancellation);
        Assert.Null((await line.CreateStationAsync("s", TestLine.Cancellation)).Error);
        Assert.Null((await line.ActivateRecipeAsync(new Recipe("s", 0, "identity", 0.9f, 0.9f, null, TimeSpan.FromSeconds(60)), TestLine.Cancellation)).Error);
        return new OpenLine(line, options.DataFolder);
    }

    /// <summary>A part of two steps and a hole on a dark ground, and a bright speck in its middle where one is asked for.</summary>
    private static Frame Draw(int right, int down, bool speck = false)
    {
        var pixels = new byte[Side * Side];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (u, v) = (x - right, y - down);
                var isPart = u is >= 16 and < 48 && v is >= 20 and < 44;
                var isHole = ((u - 22) * (u - 22)) + ((v - 26) * (v - 26)) < 12;
                var isStep = u is >= 38 and < 48 && v is >= 20 and < 30;
                var isSpeck = speck && u is >= 30 and < 34 && v is >= 30 and < 34;
                pixels[(y * Side) + x] = (byte)(isSpeck ? 255 : isHole || isStep ? 40 : isPart ? 160 : 60 + ((x * 7 + y * 13) % 5));
            }
        }

        return Of(pixels);
    }

    private static Frame Noise()
    {
        var pixels = new byte[Side * Side];
        var random = new Random(3);
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(60 + random.Next(20));
        return Of(pixels);
    }

    private static Frame Of(byte[] pixels)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, Side, Side, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        return frame;
    }

    private sealed record OpenLine(Line Line, string Folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Line.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
