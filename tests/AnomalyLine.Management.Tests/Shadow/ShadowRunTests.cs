using AnomalyLine.Detection;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Tests.Storage;

namespace AnomalyLine.Management.Tests.Shadow;

public sealed class ShadowRunTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Counts_AfterARestart_GoOn(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var shadows = Create(test);
        Assert.True(await shadows.StartAsync("s", "", "b-2", TestDatabase.Cancel));
        await OfferUntilAsync(shadows, 3);
        await shadows.SaveAsync();
        var before = shadows.Get("s")!;
        shadows.Stop("s");

        await using var database = test.Open();
        var again = Create(test);
        await again.StartAsync("s", "", "b-2", TestDatabase.Cancel);
        var after = again.Get("s")!;
        Assert.Equal((before.Judged, before.Agreed, before.Skipped, "a-1"), (after.Judged, after.Agreed, after.Skipped, after.ActiveVersion));
        await OfferUntilAsync(again, before.Judged + 1);

        // Another shadow counts from zero.
        await again.StartAsync("s", "", "b-3", TestDatabase.Cancel);
        Assert.Equal(0, again.Get("s")!.Judged);
        again.Stop("s");
    }

    [Fact]
    public async Task Offer_ShadowOfClips_ScoresAFrameOnceThoseBeforeItAreThereWhateverTheirVerdict()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var shadows = Create(test, clip: 3);
        Assert.True(await shadows.StartAsync("s", "", "b-2", TestDatabase.Cancel));

        // One by one, as it has room for three; the first ones may find it still being loaded.
        var number = 0;
        while (shadows.Get("s")!.Judged == 0) await LookedAtAsync(++number);
        Assert.InRange(number, 3, int.MaxValue);

        Assert.True(shadows.Offer(Item(++number, Verdict.NotDecidable)));
        await LookedAtAsync(++number);
        Assert.Equal(2, shadows.Get("s")!.Judged);

        // After a gap the clip is full again with the third.
        number++;
        for (var i = 0; i < 3; i++) await LookedAtAsync(++number);
        Assert.Equal(3, shadows.Get("s")!.Judged);
        shadows.Stop("s");

        async Task LookedAtAsync(int which)
        {
            var before = shadows.Get("s") is { } now ? now.Judged + now.Skipped : 0;
            shadows.Offer(Item(which, Verdict.Ok));
            while (shadows.Get("s") is { } report && report.Judged + report.Skipped == before)
            {
                TestDatabase.Cancel.ThrowIfCancellationRequested();
                Assert.Equal("", report.Fault);
                await Task.Yield();
            }
        }
    }

    private static EvidenceItem Item(int number, Verdict verdict)
    {
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 16, new byte[256], DateTimeOffset.UnixEpoch.AddSeconds(number), out var frame, out var error, number: (ulong)number), error);
        return new EvidenceItem(Record(number) with { Verdict = verdict }, frame, null, 0.75f);
    }

    private static ShadowRun Create(TestDatabase test, int clip = 1) => new(
        _ => new IdentityDetector(new InputSpec(16, 16, 1, clip)), _ => new Calibration(0.5f, 0.75f, 0.05, 0.05, true, 20, "twenty normals"), _ => true, test.Database, test.Time);

    /// <summary>Offers frames until some are judged; none is in work afterwards.</summary>
    private static async Task OfferUntilAsync(ShadowRun shadows, long judged)
    {
        for (var sequence = 1; shadows.Get("s")!.Judged is var before && before < judged; sequence++)
        {
            Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 16, new byte[256], DateTimeOffset.UnixEpoch, out var frame, out var error), error);
            var isKept = shadows.Offer(new EvidenceItem(Record(sequence), frame, null, 0.75f));
            do
            {
                TestDatabase.Cancel.ThrowIfCancellationRequested();
                Assert.Equal("", shadows.Get("s")!.Fault);
                await Task.Yield();
            }
            while (isKept && shadows.Get("s")!.Judged == before);
        }
    }

    private static InspectionRecord Record(int sequence) => new()
    {
        Station = "s",
        Sequence = sequence,
        PartId = "",
        Verdict = Verdict.Ok,
        ReasonCode = ReasonCode.WithinThreshold,
        ReasonText = "",
        Score = 0,
        Threshold = 0.5f,
        ModelVersion = "a-1",
        RecipeRevision = 1,
        CaptureTime = DateTimeOffset.UnixEpoch,
        CompletionTime = DateTimeOffset.UnixEpoch,
    };
}
