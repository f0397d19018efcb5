using System.Diagnostics;
using AnomalyLine.Detection;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Samples;

/// <summary>The line's side never waits, and what does not fit is counted.</summary>
public sealed class SampleCollectorTests(PostgresServer postgres)
{
    [Fact]
    public async Task Offer_MoreThanTheQueueHolds_DroppedAndCounted()
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);

        await using var collector = Create(test, new ManagementOptions { CollectorQueueBytes = 3 * 256, CollectorShare = 1 });
        var release = new TaskCompletionSource();
        var busy = test.Base.Database.ChangeAsync<bool>(
            async (_, _) =>
            {
                await release.Task;
                return true;
            },
            TestDatabase.Cancel);

        // The worker waits for the database; three frames of 256 bytes fit meanwhile, the one that it has in hand included.
        for (var i = 1; i <= 10; i++) collector.Offer(Reject(i));
        var dropped = collector.Dropped;
        release.SetResult();
        await busy;
        await collector.FlushAsync(TestDatabase.Cancel);
        collector.Offer(Reject(11));
        await collector.FlushAsync(TestDatabase.Cancel);

        Assert.Equal((7L, 7L), (dropped, collector.Dropped));
        Assert.Equal([1L, 2L, 3L, 11L], (await test.ListAsync("a")).Select(sample => sample.Sequence));
    }

    [Fact]
    public async Task Offer_BeforeThePoliciesWereRead_TheyHoldAllTheSame()
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        await test.Store.SetPolicyAsync(new CollectionPolicy { Station = "a", Enabled = false }, TestDatabase.Somebody, TestDatabase.Cancel);
        await using var collector = Create(test, new ManagementOptions { CollectorShare = 1 });

        collector.Offer(Reject(1));
        await collector.FlushAsync(TestDatabase.Cancel);

        Assert.Empty(await test.ListAsync("a"));
        Assert.Equal((0L, ""), (collector.Dropped, collector.Fault));
    }

    [Fact]
    public async Task Offer_DatabaseAway_DroppedCountedAndSaid()
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-management-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "data"), "a file where the folder should be", TestDatabase.Cancel);
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        await using var database = new ManagementDatabase(new ManagementOptions(), Path.Combine(folder, "data"), NullLogger<ManagementDatabase>.Instance);
        var store = new SampleStore(database, new SampleFiles(folder, 0), test.Base.Audit, test.Base.Time);
        await using var collector = Create(test, new ManagementOptions { CollectorShare = 1 }, store, database);

        collector.Offer(Reject(1));
        await collector.FlushAsync(TestDatabase.Cancel);
        var (dropped, fault) = (collector.Dropped, collector.Fault);
        File.Delete(Path.Combine(folder, "data"));
        collector.Offer(Reject(2));
        await collector.FlushAsync(TestDatabase.Cancel);

        Assert.Equal(1, dropped);
        Assert.Contains("Stations go on judging", fault, StringComparison.Ordinal);
        Assert.Equal((1L, ""), (collector.Dropped, collector.Fault));
        Assert.Equal(2, Assert.Single((await store.ListAsync(new SampleFilter(), 0, 10, TestDatabase.Cancel)).Value).Sequence);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What collecting costs the line: times of a frame's way with it off, with the default policy, and with every frame kept.</summary>
    [Fact(Explicit = true)]
    public async Task Line_FramesOf1Megapixel_TimesWithAndWithoutCollecting()
    {
        await using var test = await TestSamples.CreateAsync(DatabaseKind.Sqlite, postgres);
        var options = new ManagementOptions { ReservedDiskBytes = 0 };
        await using var line = await Line.OpenAsync(
            new LineOptions { DataFolder = test.Base.Folder, EvidenceBytesPerStation = 0 }, _ => new IdentityDetector(new InputSpec(64, 64, 1)), TimeProvider.System, NullLoggerFactory.Instance, TestDatabase.Cancel);
        await using var collector = Create(test, options, time: TimeProvider.System);
        var offers = new List<double>();
        line.Evidence.Observe("The test", item =>
        {
            var start = Stopwatch.GetTimestamp();
            var isKept = collector.Offer(item);
            offers.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            return isKept;
        });
        await line.CreateStationAsync("a", TestDatabase.Cancel);
        Assert.Null((await line.ActivateRecipeAsync(new Recipe("a", 0, "identity", 2, 2, null, TimeSpan.FromSeconds(30)), TestDatabase.Cancel)).Error);
        var random = new Random(1);
        var pictures = Enumerable.Range(0, 16).Select(_ =>
        {
            var pixels = new byte[1 << 20];
            random.NextBytes(pixels);
            return pixels;
        }).ToArray();
        var off = new CollectionPolicy { Station = "a", Enabled = false };
        for (var round = 0; round < 3; round++)
        {
            foreach (var (name, policy) in new[] { ("off", off), ("default", off with { Enabled = true }), ("every frame", off with { Enabled = true, EveryNthOk = 1, IntervalSeconds = 0 }) })
            {
                collector.Follow(policy);
                offers.Clear();
                var dropped = collector.Dropped;
                var times = new List<double>();
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
                for (var i = 0; i < 500; i++)
                {
                    await timer.WaitForNextTickAsync(TestDatabase.Cancel);
                    Assert.True(Frame.TryCreate(PixelFormat.Mono8, 1024, 1024, 0, pictures[i % 16], TimeProvider.System.GetUtcNow(), out var frame, out _));
                    times.Add((await line.InspectAsync(new InspectionRequest("a", "", frame, null), TestDatabase.Cancel)).Value.Timings.TotalMs);
                }

                times.Sort();
                offers.Sort();
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"{name}: total p50 {times[250]:0.00} ms, p99 {times[495]:0.00} ms; Offer p50 {offers[250]:0.0} us, p99 {offers[495]:0.0} us, max {offers[^1]:0.0} us; dropped {collector.Dropped - dropped} of 500");
            }
        }
    }

    private static SampleCollector Create(TestSamples test, ManagementOptions options, SampleStore? store = null, ManagementDatabase? database = null, TimeProvider? time = null) => new(
        store ?? test.Store, database ?? test.Base.Database, options, time ?? test.Base.Time, NullLogger<SampleCollector>.Instance);

    private static EvidenceItem Reject(int sequence) => new(
        new InspectionRecord
        {
            Station = "a",
            Sequence = sequence,
            PartId = "",
            Verdict = Verdict.NotOk,
            ReasonCode = ReasonCode.AboveThreshold,
            ReasonText = "",
            CaptureTime = DateTimeOffset.UnixEpoch,
            CompletionTime = DateTimeOffset.UnixEpoch,
        },
        TestSamples.Grey(sequence), null, 0);
}
