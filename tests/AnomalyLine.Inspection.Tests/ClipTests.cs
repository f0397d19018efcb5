using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Tests;

/// <summary>Frames through the line of stations whose model judges each together with the three before it. A frame's grey is its number.</summary>
public sealed class ClipTests
{
    private const string Model = "m-0x4", Other = "m-1x4", Smaller = "m-0x4s8";

    [Fact]
    public async Task InspectAsync_FirstFrames_AreNotDecidableAndTheOthersHaveThoseBeforeThem()
    {
        await using var line = await OpenAsync("s");
        for (var i = 1; i <= 3; i++)
        {
            var early = await InspectAsync(line, "s", i);
            Assert.Equal((Verdict.NotDecidable, ReasonCode.ClipNotFull), (early.Verdict, early.ReasonCode));
            Assert.Equal($"The model judges 4 frames together, and only {i} follow each other up to this one: the stream begins there.", early.ReasonText);
        }

        var judged = await InspectAsync(line, "s", 4);
        Assert.Equal((Verdict.Ok, 4 / 255f), (judged.Verdict, judged.Score));
        await InspectAsync(line, "s", 5);
        Assert.Equal([[1, 2, 3, 4], [2, 3, 4, 5]], line.Detectors[Model].Clips);
    }

    [Fact]
    public async Task InspectAsync_ManyAtOnceOfTwoStations_EachHasThoseBeforeItOfItsOwn()
    {
        const int frames = 60, other = 100;
        await using var line = new TestLine();
        line.Options.QueueCapacity = 2 * frames;
        line.Options.MaxBatchDelay = TimeSpan.FromMilliseconds(5);
        await OpenAsync(line, "a", "b");

        // Not awaited one by one: several threads prepare them.
        var all = Enumerable.Range(1, frames).SelectMany(i => new[] { InspectAsync(line, "a", i), InspectAsync(line, "b", other + i) }).ToArray();
        var records = await Task.WhenAll(all);

        Assert.Equal(2 * 3, records.Count(record => record.ReasonCode == ReasonCode.ClipNotFull));
        var clips = line.Detectors[Model].Clips.ToArray();
        Assert.All(clips, clip => Assert.Equal([clip[3] - 3, clip[3] - 2, clip[3] - 1, clip[3]], clip));
        Assert.Equal(Enumerable.Range(4, frames - 3), clips.Select(clip => clip[3]).Where(grey => grey < other));
        Assert.Equal(Enumerable.Range(other + 4, frames - 3), clips.Select(clip => clip[3]).Where(grey => grey > other));
        Assert.Contains(line.Detectors[Model].Batches, size => size > 1);
    }

    [Fact]
    public async Task ActivateRecipe_ModelOfTheSameInput_GoesOnAndOneOfAnotherBeginsAnew()
    {
        await using var line = await OpenAsync("s");
        for (var i = 1; i <= 5; i++) await InspectAsync(line, "s", i);

        await ActivateAsync(line, "s", Other);
        Assert.Equal(Verdict.NotOk, (await InspectAsync(line, "s", 6)).Verdict);
        Assert.Equal([[3, 4, 5, 6]], line.Detectors[Other].Clips);

        await ActivateAsync(line, "s", Smaller);
        var first = await InspectAsync(line, "s", 7);
        Assert.Equal((ReasonCode.ClipNotFull, true), (first.ReasonCode, first.ReasonText.Contains("prepared in another way before", StringComparison.Ordinal)));

        await ActivateAsync(line, "s", "m-0");
        Assert.Equal(Verdict.Ok, (await InspectAsync(line, "s", 8)).Verdict);
        await ActivateAsync(line, "s", Smaller);
        Assert.Contains("judged by a model that takes no clips", (await InspectAsync(line, "s", 9)).ReasonText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectAsync_AfterAFrameThatIsLostOrNotTaken_BeginsAnew()
    {
        await using var line = await OpenAsync("s");
        for (var i = 1; i <= 4; i++) await InspectAsync(line, "s", i);
        Assert.Contains("frame 4 was followed by frame 6", (await InspectAsync(line, "s", 6)).ReasonText, StringComparison.Ordinal);

        await line.TryInspectAsync(new InspectionRequest("s", "", "frame: is missing"));
        Assert.Contains("only 1 follow each other up to this one: the frame before was not taken.", (await InspectAsync(line, "s", 7)).ReasonText, StringComparison.Ordinal);

        Assert.True(Frame.TryCreate(PixelFormat.Jpeg, 0, 0, 0, new byte[] { 0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0, 0xFF, 0xD9 }, DateTimeOffset.UnixEpoch, out var damaged, out var error), error);
        Assert.Equal(ReasonCode.InvalidFrame, (await line.TryInspectAsync(new InspectionRequest("s", "", damaged))).Value.ReasonCode);
        Assert.Contains("the frame before could not be read", (await InspectAsync(line, "s", 8)).ReasonText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InspectAsync_FrameWhoseTimeIsOver_StillIsInTheClipsOfThoseAfterIt()
    {
        await using var line = await OpenAsync("s");
        for (var i = 1; i <= 3; i++) await InspectAsync(line, "s", i);
        var detector = line.Detectors[Model];
        detector.Hold();
        var held = InspectAsync(line, "s", 4);
        await detector.EnteredAsync();
        var late = await InspectAsync(line, "s", 5, TimeSpan.FromMilliseconds(1));
        var next = InspectAsync(line, "s", 6);
        detector.Release();
        await Task.WhenAll(held, next);

        Assert.Equal(ReasonCode.DeadlineExceeded, late.ReasonCode);
        Assert.Equal([[1, 2, 3, 4], [3, 4, 5, 6]], detector.Clips);
    }

    [Fact]
    public async Task InspectAsync_FrameSentAgain_IsJudgedAsItWas()
    {
        await using var line = await OpenAsync("s");
        for (var i = 1; i <= 6; i++) await InspectAsync(line, "s", i);
        await InspectAsync(line, "s", 5);
        await InspectAsync(line, "s", 7);
        Assert.Equal([[1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6], [2, 3, 4, 5], [4, 5, 6, 7]], line.Detectors[Model].Clips);
    }

    private static Task<TestLine> OpenAsync(params string[] stations) => OpenAsync(new TestLine(), stations);

    private static async Task<TestLine> OpenAsync(TestLine line, params string[] stations)
    {
        await line.OpenAsync();
        foreach (var station in stations)
        {
            Assert.Null((await line.Line.CreateStationAsync(station, TestLine.Cancellation)).Error);
            await ActivateAsync(line, station, Model);
        }

        return line;
    }

    private static async Task ActivateAsync(TestLine line, string station, string model) =>
        Assert.Null((await line.Line.ActivateRecipeAsync(TestLine.Recipe(station, model), TestLine.Cancellation)).Error);

    private static async Task<InspectionRecord> InspectAsync(TestLine line, string station, int number, TimeSpan? deadline = null) =>
        (await line.TryInspectAsync(new InspectionRequest(station, "", TestLine.Frame(number, number: (ulong)number), deadline))).Value;
}
