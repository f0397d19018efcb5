using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Inspection.Tests;

/// <summary>The deadline covers the log: what it has too late is NotDecidable in the answer, in the feed and in the log alike.</summary>
public sealed class LateCommitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly LogClock _time = new();

    [Fact]
    public async Task InspectAsync_LogIsLockedBeyondTheDeadline_IsNotDecidableEverywhere()
    {
        await using var line = new TestLine(_time);
        line.Options.LogBusyTimeout = TestLine.Patience;
        await line.OpenAsync("s");
        var watch = line.Line.Feed.Watch(new WatchRequest()).Value.GetAsyncEnumerator(TestLine.Cancellation);
        await using (var other = Lock(line))
        {
            var frames = Enumerable.Range(0, 5).Select(i => line.InspectAsync("s", i < 3 ? 1 : 200, $"{i}", Second)).ToList();
            var patient = line.InspectAsync("s", 1, "patient", TimeSpan.FromSeconds(10));

            // The model has them in time, and they wait for the log.
            Assert.True(SpinWait.SpinUntil(() => line.Detectors["m-0"].Seen.Count == 6, TestLine.Patience));
            _time.Advance(2 * Second);
            Assert.DoesNotContain(frames, frame => frame.IsCompleted);
            Run(other, "ROLLBACK");

            Assert.All(await Task.WhenAll(frames), AssertLate);
            Assert.Equal(Verdict.Ok, (await patient).Verdict);
        }

        await AssertAgreeAsync(line, watch, 6);
        Assert.Equal(new StationCounters(6, 1, 0, 5), line.Line.GetStation("s").Value.Counters);
    }

    [Fact]
    public async Task InspectAsync_CommitItselfIsLate_TheRowIsCorrectedBeforeTheAnswer()
    {
        await using var line = await new TestLine(_time).OpenAsync("s");
        var watch = line.Line.Feed.Watch(new WatchRequest()).Value.GetAsyncEnumerator(TestLine.Cancellation);
        _time.AfterCommit(line, 1, () => _time.Advance(2 * Second));

        var late = await line.InspectAsync("s", 1, deadline: Second);
        AssertLate(late);
        Assert.Contains("2000 ms after the frame's arrival, beyond the deadline of 1000 ms", late.ReasonText, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, (await line.InspectAsync("s", 1, deadline: Second)).Verdict);

        Assert.Equal(1, line.Messages.CountOf("LateCommit"));
        await AssertAgreeAsync(line, watch, 2);

        // The corrected row has a sum of its own.
        await line.ReopenAsync();
        Assert.Empty(line.Line.LogDamage);
    }

    [Fact]
    public async Task InspectAsync_LateRowCannotBeCorrectedAtOnce_IsCorrectedWithTheNextWrite()
    {
        await using var line = await new TestLine(_time).OpenAsync("s");
        SqliteConnection? other = null;
        _time.AfterCommit(line, 1, () =>
        {
            other = Lock(line);
            _time.Advance(2 * Second);
        });

        AssertLate(await line.InspectAsync("s", 1, deadline: Second));
        await using (other) Run(other!, "ROLLBACK");
        Assert.Equal((Verdict.Ok, 2L), ((await line.InspectAsync("s", 1, deadline: Second)).Verdict, line.Line.GetStation("s").Value.LastSequence));

        Assert.Equal([ReasonCode.DeadlineExceeded, ReasonCode.WithinThreshold], line.ReadAll("s").Select(record => record.ReasonCode));
    }

    [Fact]
    public async Task InspectAsync_FrameArrivedLongAgo_IsNotDecidableWithoutTheModel()
    {
        await using var line = await new TestLine(_time).OpenAsync("s");
        var arrival = _time.GetTimestamp();
        _time.Advance(2 * Second);

        var record = (await line.TryInspectAsync(new InspectionRequest("s", "", TestLine.Frame(1), Second) { Arrival = arrival })).Value;

        Assert.Equal((Verdict.NotDecidable, ReasonCode.DeadlineExceeded, 2000), (record.Verdict, record.ReasonCode, record.Timings.TotalMs));
        Assert.Empty(line.Detectors["m-0"].Seen);
    }

    private static SqliteConnection Lock(TestLine line)
    {
        var other = new SqliteConnection($"Data Source={line.DatabasePath};Pooling=False");
        other.Open();
        Run(other, "BEGIN IMMEDIATE");
        return other;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void AssertLate(InspectionRecord record)
        => Assert.Equal((Verdict.NotDecidable, ReasonCode.DeadlineExceeded, 0f), (record.Verdict, record.ReasonCode, record.Score));

    /// <summary>What was published and what is in the log are the same, without gaps.</summary>
    private static async Task AssertAgreeAsync(TestLine line, IAsyncEnumerator<InspectionRecord> watch, int count)
    {
        var logged = line.ReadAll("s");
        Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), logged.Select(record => record.Sequence));
        foreach (var record in logged)
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TestLine.Patience, TestLine.Cancellation));
            Assert.Equal(
                (record.Position, record.Sequence, record.Verdict, record.ReasonCode, record.ReasonText, record.Score, record.CompletionTime),
                (watch.Current.Position, watch.Current.Sequence, watch.Current.Verdict, watch.Current.ReasonCode, watch.Current.ReasonText, watch.Current.Score, watch.Current.CompletionTime));
        }
    }

    /// <summary>A clock that can be moved at the moment at which the log has a number of rows, as a disk that stalls would do.</summary>
    private sealed class LogClock() : FakeTimeProvider(DateTimeOffset.UnixEpoch)
    {
        private Action? _look;

        public void AfterCommit(TestLine line, long rows, Action act) => _look = () =>
        {
            using var connection = new SqliteConnection($"Data Source={line.DatabasePath};Pooling=False;Mode=ReadOnly");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM inspections";
            if ((long)command.ExecuteScalar()! != rows) return;
            _look = null;
            act();
        };

        public override long GetTimestamp()
        {
            if (Thread.CurrentThread.Name == "AnomalyLine log") _look?.Invoke();
            return base.GetTimestamp();
        }
    }
}
