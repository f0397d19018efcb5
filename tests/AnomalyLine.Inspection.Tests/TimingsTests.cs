using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection.Storage;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Tests;

public sealed class TimingsTests
{
    [Fact]
    public void Run_RecordWithTimesThatDiffer_IsReadAsItWasWritten()
    {
        var record = new InspectionRecord
        {
            Position = 1,
            Station = "s",
            Sequence = 1,
            PartId = "p",
            ProductId = "A",
            Verdict = Verdict.Ok,
            ReasonCode = ReasonCode.WithinThreshold,
            ReasonText = "why",
            CaptureTime = DateTimeOffset.UnixEpoch,
            CompletionTime = DateTimeOffset.UnixEpoch,
            FrameWidth = 16,
            FrameHeight = 8,
            Timings = new Timings(1.5, 2.5, 3.5, 4.5, 5.5, 17.5, 4) { DecodeMs = 0.25, ForwardMs = 0.75 },
        };
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        LogSchema.Ensure(connection, "log");
        using (var transaction = connection.BeginTransaction())
        {
            using var insert = new InspectionInsert(connection, new RecordSum(Guid.Empty));
            insert.Run(transaction, record);
            transaction.Commit();
        }

        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {InspectionRow.Columns} FROM inspections";
        using var row = command.ExecuteReader();
        Assert.True(row.Read());
        Assert.Equal(record, InspectionRow.Read(row) with { Regions = record.Regions });
    }

    [Fact]
    public async Task InspectAsync_DetectorTellsWhatItsPassesTook_IsInTheAnswerAndInTheLog()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.Detectors["m-0"].ForwardMs = 1.25;
        Assert.Equal(1.25, (await line.InspectAsync("s", 200)).Timings.ForwardMs);
        Assert.Equal(1.25, line.Line.Log.Get("s", 1).Value.Timings.ForwardMs);

        Assert.Equal(0, (await line.InspectAsync("s", 255)).Timings.ForwardMs); // the detector throws: there is no detection
    }

    [Fact]
    public async Task InspectAsync_FrameInAFile_TellsDecodingAsAPartOfPreparation()
    {
        await using var line = await new TestLine().OpenAsync("s");
        Assert.Equal(0, (await line.InspectAsync("s", 1)).Timings.DecodeMs);

        Assert.True(FrameFile.TryWritePng(TestLine.Frame(1, side: 256), out var png, out _, out _, out _));
        Assert.True(Frame.TryCreate(PixelFormat.Png, 0, 0, 0, png, DateTimeOffset.UnixEpoch, out var frame, out _));
        var timings = (await line.TryInspectAsync(new InspectionRequest("s", "", frame))).Value.Timings;
        Assert.InRange(timings.DecodeMs, 1e-6, timings.PrepareMs);
        Assert.Equal(timings.DecodeMs, line.Line.Log.Get("s", 2).Value.Timings.DecodeMs);
    }

    [Fact]
    public async Task OpenAsync_LogOfVersion3_KeepsItsRowsAndReadsTheNewTimesAs0()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.Detectors["m-0"].ForwardMs = 1.25;
        await line.InspectAsync("s", 200, "old");
        var before = line.Line.Log.Get("s", 1).Value;
        await line.Line.DisposeAsync();
        line.RunSql("""
            ALTER TABLE stations DROP COLUMN display_name; ALTER TABLE stations DROP COLUMN removal_ticks; ALTER TABLE stations DROP COLUMN revisions_before;
            ALTER TABLE inspections DROP COLUMN decode_ms; ALTER TABLE inspections DROP COLUMN forward_ms; ALTER TABLE inspections DROP COLUMN capture_uncertain;
            ALTER TABLE recipes DROP COLUMN created_by; ALTER TABLE recipes DROP COLUMN left_out; ALTER TABLE recipes DROP COLUMN reason;
            ALTER TABLE inspections DROP COLUMN record_sum; DELETE FROM meta WHERE key = 'sums_from';
            UPDATE meta SET value = '3' WHERE key = 'schema_version';
            """);

        await line.OpenAsync();

        var after = line.Line.Log.Get("s", 1).Value;
        Assert.Equal(before with { IsCaptureTimeUncertain = false, Timings = before.Timings with { DecodeMs = 0, ForwardMs = 0 } }, after with { Regions = before.Regions });
        line.Detectors["m-0"].ForwardMs = 2.5;
        Assert.Equal((2L, 2.5), ((await line.InspectAsync("s", 1)).Sequence, line.Line.Log.Get("s", 2).Value.Timings.ForwardMs));
    }
}
