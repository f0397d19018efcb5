using System.Diagnostics;
using AnomalyLine.Imaging;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

[Trait("Speed", "Slow")]
public sealed class LogTests
{
    [Fact]
    public async Task Get_InspectionAnswered_IsTheAnswerButForTheTimeOfItsCommit()
    {
        await using var line = await new TestLine().OpenAsync("s");
        var answered = await line.InspectAsync("s", 200, "part ✓");
        var read = line.Line.Log.Get("s", 1).Value;
        Assert.Equal<DefectRegion>(answered.Regions, read.Regions);
        Assert.Equal(Comparable(answered), Comparable(read));
        Assert.InRange(read.Timings.TotalMs, 0, answered.Timings.TotalMs);
        Assert.Equal(answered.Timings.DetectMs, read.Timings.DetectMs);
        Assert.Equal(LineErrorCode.InspectionNotFound, line.Line.Log.Get("s", 2).Error?.Code);
        Assert.Equal(LineErrorCode.InspectionNotFound, line.Line.Log.Get("t", 1).Error?.Code);
    }

    [Fact]
    public async Task OpenAsync_AfterStop_ContinuesTheSequencesOfTheSameLog()
    {
        await using var line = await new TestLine().OpenAsync("a", "b");
        for (var i = 0; i < 3; i++) await line.InspectAsync("a", 1);
        await line.InspectAsync("b", 1);
        var id = line.Line.Log.Id;

        await line.ReopenAsync();

        Assert.Equal(id, line.Line.Log.Id);
        Assert.Equal([3, 1], line.Line.Stations.Select(s => s.LastSequence));
        Assert.Equal((4L, 5L), ((await line.InspectAsync("a", 1)).Sequence, (await line.InspectAsync("a", 1)).Sequence));
        Assert.Equal(7, (await line.InspectAsync("b", 1)).Position);
    }

    [Theory]
    [InlineData(LogDurability.Full)]
    [InlineData(LogDurability.Normal)]
    public async Task InspectAsync_ProcessKilled_EveryAnswerIsInTheLog(LogDurability durability)
    {
        await using var line = new TestLine();
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-explicit", "only", "-method", $"{typeof(LogTests).FullName}.{nameof(Child)}", "-noColor"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["ANOMALYLINE_TEST_FOLDER"] = line.Options.DataFolder;
        start.Environment["ANOMALYLINE_TEST_DURABILITY"] = durability.ToString();
        using var child = Process.Start(start)!;
        var answered = 0L;
        while (answered < 300 && await child.StandardOutput.ReadLineAsync(TestLine.Cancellation).AsTask().WaitAsync(TestLine.Patience, TestLine.Cancellation) is { } text)
        {
            if (text.StartsWith("answered ", StringComparison.Ordinal)) answered = Math.Max(answered, long.Parse(text[9..], System.Globalization.CultureInfo.InvariantCulture));
        }

        child.Kill();
        await child.WaitForExitAsync(TestLine.Cancellation);
        await line.OpenAsync();

        Assert.True(answered >= 300, $"The process ended by itself after {answered} answers.");
        var records = line.ReadAll("s");
        Assert.True(records.Count >= answered, $"{answered} were answered, {records.Count} are in the log.");
        Assert.Equal(Enumerable.Range(1, records.Count).Select(i => (long)i), records.Select(r => r.Sequence));
        Assert.Equal(records.Count + 1, (await line.InspectAsync("s", 1)).Sequence);
    }

    /// <summary>The process that is killed: it inspects, says what was answered, and never ends by itself.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        var folder = Environment.GetEnvironmentVariable("ANOMALYLINE_TEST_FOLDER");
        if (folder is null) return;
        await using var line = new TestLine(folder: folder);
        line.Options.LogDurability = Enum.Parse<LogDurability>(Environment.GetEnvironmentVariable("ANOMALYLINE_TEST_DURABILITY")!);
        await line.OpenAsync("s");
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var cameras = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (true)
            {
                var record = await line.InspectAsync("s", 1);
                lock (output) output.WriteLine($"answered {record.Sequence}");
            }
        });
        await Task.WhenAll(cameras);
    }

    [Fact]
    public async Task InspectAsync_LogCannotBeWritten_IsAnErrorAndAFaultUntilItCan()
    {
        await using var line = await new TestLine(new FakeTimeProvider()).OpenAsync("s");
        await line.InspectAsync("s", 1);
        FillDisk(line);

        var outcome = await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)));

        Assert.Equal(LineErrorCode.LogFailed, outcome.Error?.Code);
        var status = line.Line.GetStation("s").Value;
        Assert.False(status.Ready);
        Assert.Contains("no space left", status.Fault, StringComparison.Ordinal);
        Assert.Equal((1L, 1L), (status.LastSequence, status.Counters.Inspected));
        Assert.Equal(LineErrorCode.LogFailed, (await line.Line.CreateStationAsync("t", TestLine.Cancellation)).Error?.Code);

        EmptyDisk(line);
        Assert.Equal(2, (await line.InspectAsync("s", 1)).Sequence);
        Assert.True(line.Line.GetStation("s").Value.Ready);
        Assert.Equal([1, 2], line.ReadAll("s").Select(r => r.Sequence));
    }

    [Fact]
    public async Task Stations_LogCanBeWrittenAgainButNoFrameComes_AreReadyWithinASecond()
    {
        var time = new FakeTimeProvider();
        await using var line = await new TestLine(time).OpenAsync("s");
        FillDisk(line);
        await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)));
        Assert.False(line.Line.GetStation("s").Value.Ready);
        EmptyDisk(line);
        time.Advance(TimeSpan.FromSeconds(1));

        var patience = Stopwatch.StartNew();
        while (!line.Line.GetStation("s").Value.Ready && patience.Elapsed < TestLine.Patience) await Task.Yield();
        Assert.True(line.Line.GetStation("s").Value.Ready);
    }

    [Fact]
    public async Task InspectAsync_LogIsLockedByAnotherProgram_FailsThenRecovers()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={line.DatabasePath};Pooling=False"))
        {
            await other.OpenAsync(TestLine.Cancellation);
            await using var transaction = other.BeginTransaction(deferred: false);
            Assert.Equal(LineErrorCode.LogFailed, (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1)))).Error?.Code);
        }

        Assert.Equal(1, (await line.InspectAsync("s", 1)).Sequence);
    }

    [Fact]
    public async Task OpenAsync_FolderInUse_Refuses()
    {
        await using var line = await new TestLine().OpenAsync("s");
        await using var second = new TestLine(folder: line.Options.DataFolder);
        var error = await Assert.ThrowsAsync<LogOpenException>(() => second.OpenAsync());
        Assert.Contains(line.Options.DataFolder, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NewerSchema_Refuses()
    {
        await using var line = await new TestLine().OpenAsync("s");
        line.RunSql("UPDATE meta SET value = '99' WHERE key = 'schema_version'");
        var error = await Assert.ThrowsAsync<LogOpenException>(line.ReopenAsync);
        Assert.Contains("schema version 99", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gone", "is gone")]
    [InlineData("emptied", "is empty")]
    [InlineData("exchanged", "is another log")]
    public async Task OpenAsync_LogThatWasTakenAwayEmptiedOrExchanged_RefusesAndMakesNoNewOne(string what, string because)
    {
        await using var other = await new TestLine().OpenAsync("t");
        await using var line = await new TestLine().OpenAsync("s");
        await other.Line.DisposeAsync();
        await line.Line.DisposeAsync();
        File.Delete(line.DatabasePath);
        if (what == "emptied") await File.WriteAllBytesAsync(line.DatabasePath, [], TestLine.Cancellation);
        if (what == "exchanged") File.Copy(other.DatabasePath, line.DatabasePath);
        var before = Directory.GetFiles(line.Options.DataFolder).Order(StringComparer.Ordinal).ToList();

        var error = await Assert.ThrowsAsync<LogOpenException>(line.ReopenAsync);

        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(line.Options.DataFolder).Order(StringComparer.Ordinal).Where(path => !path.EndsWith("-wal", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OpenAsync_FolderInUseWhoseLockFileWasTakenAway_IsStillInUse()
    {
        await using var line = await new TestLine().OpenAsync("s");
        File.Delete(Path.Combine(line.Options.DataFolder, "line.lock"));
        var second = new TestLine(folder: line.Options.DataFolder);

        var error = await Assert.ThrowsAsync<LogOpenException>(() => second.OpenAsync());

        Assert.Contains("is in use by another line", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await line.InspectAsync("s", 1, "part")).Sequence);
    }

    [Fact]
    public async Task OpenAsync_DamagedFile_Refuses()
    {
        await using var line = new TestLine();
        Directory.CreateDirectory(line.Options.DataFolder);
        await File.WriteAllTextAsync(line.DatabasePath, new string('x', 8192), TestLine.Cancellation);
        await Assert.ThrowsAsync<LogOpenException>(() => line.OpenAsync());
    }

    [Fact]
    public async Task OpenAsync_OptionsOutsideTheirRanges_NamesThemAll()
    {
        await using var line = new TestLine();
        line.Options.MaxBatchSize = 0;
        line.Options.QueueCapacity = 0;
        line.Options.DataFolder = "";
        var error = await Assert.ThrowsAsync<ArgumentException>(() => line.OpenAsync());
        Assert.All(["MaxBatchSize", "QueueCapacity", "DataFolder"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task InspectAsync_MoreThanAreRetained_DeletesTheOldestOfTheStationOnly()
    {
        await using var line = new TestLine();
        line.Options.RetainedInspectionsPerStation = 10;
        await line.OpenAsync("a", "b");
        await line.InspectAsync("b", 1);
        for (var i = 0; i < 35; i++) await line.InspectAsync("a", 1);

        Assert.Equal(Enumerable.Range(26, 10).Select(i => (long)i), line.ReadAll("a").Select(r => r.Sequence));
        Assert.Single(line.ReadAll("b"));
        await line.ReopenAsync();
        Assert.Equal(36, (await line.InspectAsync("a", 1)).Sequence);
    }

    private static void FillDisk(TestLine line) => line.RunSql("""
        CREATE TRIGGER full1 BEFORE INSERT ON inspections BEGIN SELECT RAISE(FAIL, 'no space left'); END;
        CREATE TRIGGER full2 BEFORE INSERT ON stations BEGIN SELECT RAISE(FAIL, 'no space left'); END;
        CREATE TRIGGER full3 BEFORE INSERT ON meta BEGIN SELECT RAISE(FAIL, 'no space left'); END;
        """);

    private static void EmptyDisk(TestLine line) => line.RunSql("DROP TRIGGER full1; DROP TRIGGER full2; DROP TRIGGER full3;");

    private static InspectionRecord Comparable(InspectionRecord record) => record with { Regions = [], Timings = default };
}
