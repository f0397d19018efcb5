using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Management.Tests.Drift;

public sealed class DriftWatchTests
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
