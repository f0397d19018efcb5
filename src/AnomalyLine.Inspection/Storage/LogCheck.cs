using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Checks the log after it was opened. At once: that it ends where it was written to, and the sums of its newest inspections. Then all of it, on a thread of its own at the lowest priority: pages that
/// do not hold together, indexes that do not fit their tables, numbers that are missing, sums that do not fit their rows. Frames are judged meanwhile, and afterwards too: the log goes on, and what was
/// lost of it cannot be had from it.
/// </summary>
internal sealed class LogCheck : IAsyncDisposable
{
    private const int MostNamed = 3, StepsBetweenLooks = 10_000, Newest = 1000, PageOfAll = 10_000;

    private readonly SqliteConnection _reader;
    private readonly RecordSum _sum;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _found = [];
    private long _sumsFrom;
    private volatile bool _isStopped;
    private volatile string _damage = "";

    public LogCheck(LogDatabase database, ILogger logger)
    {
        _logger = logger;
        _sum = new RecordSum(database.Id);
        _reader = database.OpenReader();
        raw.sqlite3_progress_handler(_reader.Handle, StepsBetweenLooks, _ => _isStopped ? 1 : 0, null);
        Try(() => ReadEnd(database.Marked));
        Tell();
        new Thread(Run) { IsBackground = true, Name = "AnomalyLine log check", Priority = ThreadPriority.Lowest }.Start();
    }

    /// <summary>What is damaged; empty where nothing was found, or not yet.</summary>
    public string Damage => _damage;

    /// <summary>Done when all is read, or it was stopped.</summary>
    public Task Done => _done.Task;

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        await _done.Task;
        _reader.Dispose();
    }

    private void Run()
    {
        try
        {
            Try(ReadPages);
            Try(ReadNumbers);
            Try(ReadSums);
            if (!_isStopped) Tell();
        }
        finally
        {
            _done.SetResult();
        }
    }

    /// <summary>Once for the beginning and once for all of it, where there is something to tell.</summary>
    private void Tell()
    {
        var what = string.Join("; ", _found.Distinct(StringComparer.Ordinal));
        var damage = what.Length == 0 ? ""
            : $"The inspection log {_reader.DataSource} is damaged ({what}); keep a copy of it, look at the disk, and restore the last good backup.";
        if (damage == _damage) return;
        _damage = damage;
        LineEvents.LogDamaged(_logger, _damage);
    }

    private void Try(Action read)
    {
        if (_isStopped || _found.Count >= MostNamed) return;
        try
        {
            read();
        }
        catch (SqliteException e)
        {
            if (!_isStopped) _found.Add(e.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>The end of the log: what was committed is there, as its sums say.</summary>
    private void ReadEnd(long marked)
    {
        var last = StationStore.ReadLastPosition(_reader);
        if (marked > last) _found.Add($"its newest {marked - last} inspections are gone, as if an older file had been put in its place");
        if (ReadNumber("SELECT coalesce(max(position), 0) FROM inspections") is var newest && newest < last) _found.Add($"its newest {last - newest} inspections were deleted");
        _sumsFrom = ReadNumber($"SELECT CAST(value AS INTEGER) FROM meta WHERE key = '{LogSchema.SumsFrom}'");
        ReadPage($"ORDER BY position DESC LIMIT {Newest}", 0);
    }

    private void ReadPages()
    {
        using var command = _reader.CreateCommand();
        command.CommandText = $"PRAGMA integrity_check({MostNamed})";
        using var rows = command.ExecuteReader();
        while (rows.Read())
            if (rows.GetString(0) is var found and not "ok") _found.Add(found.ReplaceLineEndings(" "));
    }

    /// <summary>Numbers of a station have no gaps: what is missing between the oldest and the newest was deleted.</summary>
    private void ReadNumbers()
    {
        using var command = _reader.CreateCommand();
        command.CommandText = "SELECT station, max(sequence) - min(sequence) + 1 - count(*) AS missing FROM inspections GROUP BY station HAVING missing <> 0";
        using var rows = command.ExecuteReader();
        while (rows.Read() && _found.Count < MostNamed) _found.Add($"{rows.GetInt64(1)} inspections of station {rows.GetValue(0)} were deleted");
    }

    private void ReadSums()
    {
        // In pieces: a read that takes long keeps the write-ahead log from being cut.
        for (long? at = 0; at is { } after && !_isStopped && _found.Count < MostNamed;) at = ReadPage($"WHERE position > $after ORDER BY position LIMIT {PageOfAll}", after);
    }

    /// <summary>Compares sums; the last position that was read, null where there was none.</summary>
    private long? ReadPage(string which, long after)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = $"SELECT {InspectionRow.Columns}, {InspectionRow.SumColumn} FROM inspections {which}";
        command.Parameters.AddWithValue("$after", after);
        using var rows = command.ExecuteReader();
        long? last = null;
        while (rows.Read() && !_isStopped)
        {
            last = InspectionRow.Position(rows);
            var isWithout = rows.IsDBNull(InspectionRow.Count);
            if (isWithout ? last < _sumsFrom : Equals(rows.GetValue(InspectionRow.Count), _sum.Of(rows))) continue;
            _found.Add(string.Create(CultureInfo.InvariantCulture, $"inspection {rows.GetValue(2)} of station {rows.GetValue(1)} is not what was written"));
            if (_found.Count >= MostNamed) return null;
        }

        return last;
    }

    private long ReadNumber(string sql)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);
    }
}
