using System.Runtime.InteropServices;
using AnomalyLine.Inspection.Batching;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The one thread that writes the log. Everything that waits goes into one transaction; after its commit the inspections are published in log order
/// and answered. A failed write fails its frames, raises <see cref="Fault"/>, and is tried again with the next ones, or every second where none come.
/// A verdict that the log takes after its deadline is NotDecidable: known before the row is written where the wait came before it, else by a
/// correction of the row, which is made before anything
/// else is written and before the inspection is published and answered.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MaxCommitSize = 4096;

    // In order of arrival: all stations' inspections go into the same commit.
    private const string OnlyLane = "";

    private static readonly TimeSpan ProbeDelay = TimeSpan.FromSeconds(1);

    private readonly LogDatabase _database;
    private readonly SqliteConnection _connection;
    private readonly RecordSum _sum;
    private readonly InspectionInsert _insert;
    private readonly Retention _retention;
    private readonly Action<ReadOnlySpan<LogEntry>> _publish;
    private readonly BatchQueue<LogItem> _queue;
    private readonly TimeProvider _time;
    private readonly LineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _probe;
    private readonly Thread _thread;
    private readonly List<InspectionRecord> _corrections = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;
    private int _late;
    private bool _wasLate;
    private bool _isUnmarked;
    private volatile string _fault = "";

    public LogWriter(
        LogDatabase database, long position, Retention retention, Action<ReadOnlySpan<LogEntry>> publish, TimeProvider time, LineMetrics metrics, ILogger logger)
    {
        _database = database;
        _connection = database.Writer;
        _sum = new RecordSum(database.Id);
        _insert = new InspectionInsert(_connection, _sum);
        _retention = retention;
        _position = position;
        database.SettledPosition = position;
        _publish = publish;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _queue = new BatchQueue<LogItem>(int.MaxValue, time);
        _probe = time.CreateTimer(_ => Probe(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { IsBackground = true, Name = "AnomalyLine log" };
        _thread.Start();
    }

    /// <summary>Why the last write failed; empty where it succeeded.</summary>
    public string Fault => _fault;

    /// <summary>Writes an inspection; done when it is committed, published and known to its station, or with LogFailed or Stopping.</summary>
    public Task<Outcome<InspectionRecord>> WriteAsync(LogEntry entry)
        => _queue.Add(OnlyLane, entry) == Admission.Reserved ? entry.Answered : Task.FromResult<Outcome<InspectionRecord>>(LineErrors.Stopping());

    /// <summary>Makes a change in a transaction of its own; null, or LogFailed or Stopping.</summary>
    public Task<LineError?> ChangeAsync(Action<SqliteConnection> apply)
    {
        var change = new LogChange(apply);
        return _queue.Add(OnlyLane, change) == Admission.Reserved ? change.Answered : Task.FromResult<LineError?>(LineErrors.Stopping());
    }

    /// <summary>Takes nothing further; done when all that waits is written.</summary>
    public Task CloseAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    /// <summary>After <see cref="CloseAsync"/>.</summary>
    public void Dispose()
    {
        _probe.Dispose();
        _queue.Dispose();
        _insert.Dispose();
        _retention.Dispose();
    }

    private void Run()
    {
        var items = new List<LogItem>();
        var entries = new List<LogEntry>();
        while (_queue.Take(items, MaxCommitSize, TimeSpan.Zero))
        {
            foreach (var item in items)
            {
                if (item is LogEntry entry)
                {
                    entries.Add(entry);
                    continue;
                }

                Write(entries);
                Apply((LogChange)item);
            }

            Write(entries);
        }

        if (_corrections.Count > 0) Try(static _ => { });
        _ended.SetResult();
    }

    private void Write(List<LogEntry> entries)
    {
        if (entries.Count == 0) return;
        var start = _time.GetTimestamp();
        if (Try(transaction => Insert(transaction, entries)) is { } error)
        {
            foreach (var entry in entries)
            {
                entry.Station.ForgetAssigned();
                entry.Answer(error);
            }
        }
        else
        {
            _position += entries.Count;
            Mark();
            var durable = _time.GetTimestamp();
            _metrics.Committed(entries.Count, _time.GetElapsedTime(start, durable));
            foreach (var entry in entries)
            {
                Stamp(entry);
                if (RefuseLate(entry)) _corrections.Add(entry.Record);
            }

            if (_corrections.Count > 0) Try(static _ => { });
            if (_corrections.Count == 0) _database.SettledPosition = _position;
            TellLate();
            Publish(entries);
            _metrics.Published(_time.GetElapsedTime(durable));
            foreach (var entry in entries) entry.Answer(entry.Record);
        }

        entries.Clear();
    }

    private void Mark()
    {
        try
        {
            _database.Mark(_position);
            _isUnmarked = false;
        }
        catch (IOException e)
        {
            // What was committed is answered: without the mark an older copy in its place would not be noticed, no more.
            if (!_isUnmarked) LineEvents.LogNotMarked(_logger, e);
            _isUnmarked = true;
        }
    }

    private void TellLate()
    {
        // Once for a stall, not once a commit.
        if (_late > 0 && !_wasLate) LineEvents.LateCommit(_logger, _late);
        if (_late > 0) _metrics.LateCommit(_late);
        _wasLate = _late > 0;
    }

    private void Publish(List<LogEntry> entries)
    {
        try
        {
            _publish(CollectionsMarshal.AsSpan(entries));
        }
        catch (Exception e)
        {
            // A bulkhead: what is committed is answered, whoever else it cannot be told.
            LineEvents.PublishFailed(_logger, entries.Count, e);
        }
    }

    private void Insert(SqliteTransaction transaction, List<LogEntry> entries)
    {
        var position = _position;
        _late = 0;
        foreach (var entry in entries)
        {
            entry.Record = entry.Record with { Position = ++position, Sequence = entry.Station.AssignNext() };
            Stamp(entry);
            RefuseLate(entry);
            _insert.Run(transaction, entry.Record);
        }

        _retention.Run(transaction, entries);
    }

    /// <summary>Takes back a verdict whose deadline is over; whether there was one.</summary>
    private bool RefuseLate(LogEntry entry)
    {
        var record = entry.Record;
        if (record.Verdict == Verdict.NotDecidable || entry.Deadline is not { } deadline) return false;
        var elapsed = record.Timings.TotalMs;
        if (elapsed <= deadline.TotalMilliseconds) return false;
        entry.Record = record with
        {
            Verdict = Verdict.NotDecidable,
            ReasonCode = ReasonCode.DeadlineExceeded,
            ReasonText = $"The log had the verdict {elapsed:0} ms after the frame's arrival, beyond the deadline of {deadline.TotalMilliseconds:0.###} ms.",
            Score = 0,
            Regions = [],
            CompletionTime = _time.GetUtcNow(),
        };
        _late++;
        return true;
    }

    private void Stamp(LogEntry entry)
    {
        var now = _time.GetTimestamp();
        entry.Record = entry.Record with
        {
            Timings = entry.Record.Timings with
            {
                LogMs = _time.GetElapsedTime(entry.Decided, now).TotalMilliseconds,
                TotalMs = _time.GetElapsedTime(entry.Arrival, now).TotalMilliseconds,
            },
        };
    }

    private void Apply(LogChange change) => change.Answer(Try(transaction => change.Apply(transaction.Connection!)));

    /// <summary>Writes in a transaction, after what is to be corrected.</summary>
    private LineError? Try(Action<SqliteTransaction> write)
    {
        try
        {
            // SQLite would go on writing into a file without a name, and all of it would be gone with the next start.
            if (!File.Exists(_connection.DataSource)) throw new FileNotFoundException($"{_connection.DataSource} is gone; put it back");
            using (var transaction = _connection.BeginTransaction(deferred: false))
            {
                foreach (var record in _corrections) InspectionCorrection.Run(_connection, record, _sum);
                write(transaction);
                transaction.Commit();
            }

            _corrections.Clear();
            if (_fault.Length != 0) LineEvents.LogRecovered(_logger);
            _fault = "";
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is: frames that wait for the log must have their answers, and its thread must not end. Once a fault, not once a frame: a
            // full disk must not be filled further.
            if (_fault.Length == 0) LineEvents.LogFailed(_logger, e);
            _fault = $"The inspection log cannot be written ({e.Message}); check the disk's space and rights.";
            _metrics.LogFailed();
            _probe.Change(ProbeDelay, Timeout.InfiniteTimeSpan);
            return new LineError(LineErrorCode.LogFailed, $"{_fault} Treat the part as not good and send it again.");
        }
    }

    private void Probe()
    {
        // A line that was stopped because of the fault sends no frames, so that nothing else would find out that the disk is well again.
        if (_fault.Length != 0) _ = ChangeAsync(static connection => connection.Run("INSERT OR REPLACE INTO meta VALUES ('probe', '')"));
    }
}
