using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Management.Tests.Drift;

public sealed class DriftWatchTests(PostgresServer postgres)
{
    [Fact]
    public void Current_AfterAnAlarm_IsThatAlarmForTenMinutes()
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-drift-").FullName;
        try
        {
            var time = new FakeTimeProvider();
            var watch = new DriftWatch(new DriftOptions(), new ModelStore(folder), time, NullLogger<DriftWatch>.Instance);
            for (var part = 0; part < 400; part++) watch.Look(Record(part < 300), null, null);

            Assert.Equal(DriftSignal.Rejects, watch.Current("a")?.Signal);
            Assert.Null(watch.Current("b"));
            time.Advance(DriftWatch.Fresh);
            Assert.Null(watch.Current("a"));
            Assert.NotEmpty(watch.Alarms("a"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Alarms_AfterARestart_AreStillThere(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var watch = new DriftWatch(new DriftOptions(), new ModelStore(test.Folder), test.Time, NullLogger<DriftWatch>.Instance, test.Database);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestDatabase.Cancel);
        Assert.True(Frame.TryCreate(PixelFormat.Mono8, 16, 16, 16, new byte[256], DateTimeOffset.UnixEpoch, out var frame, out var error), error);
        for (var part = 0; part < 400; part++) watch.Offer(new EvidenceItem(Record(part < 300), frame, null, 0.5f));
        var running = watch.RunAsync(stop.Token);

        await using var database = test.Open();
        var again = new DriftWatch(new DriftOptions(), new ModelStore(test.Folder), test.Time, NullLogger<DriftWatch>.Instance, database);
        while (again.Current("a") is null) await again.LoadAsync(TestDatabase.Cancel);

        Assert.Equal(watch.Alarms("a").Single(alarm => alarm.Signal == DriftSignal.Rejects), again.Alarms("a").Single(alarm => alarm.Signal == DriftSignal.Rejects));
        Assert.Empty(again.Get("a"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static InspectionRecord Record(bool ok) => new()
    {
        Station = "a",
        PartId = "",
        Verdict = ok ? Verdict.Ok : Verdict.NotOk,
        ReasonCode = ok ? ReasonCode.WithinThreshold : ReasonCode.AboveThreshold,
        ReasonText = "",
        Score = ok ? 0.1f : 0.9f,
        Threshold = 0.5f,
        ModelVersion = "m-0",
        RecipeRevision = 1,
        CaptureTime = DateTimeOffset.UnixEpoch,
        CompletionTime = DateTimeOffset.UnixEpoch,
    };
}
