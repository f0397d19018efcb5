using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Reads all of the log once after it was opened, on a thread of its own at the lowest priority, and says what is damaged: pages that do not hold together, indexes that do not fit their tables. Frames are
/// judged meanwhile, and afterwards too: the log goes on, and what was lost of it cannot be had from it.
/// </summary>
internal sealed class LogCheck : IAsyncDisposable
{
    private const int MostNamed = 3, StepsBetweenLooks = 10_000;

    private readonly SqliteConnection _reader;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopped;
    private volatile string _damage = "";

    public LogCheck(LogDatabase database, ILogger logger)
    {
        _logger = logger;
        _reader = database.OpenReader();
        raw.sqlite3_progress_handler(_reader.Handle, StepsBetweenLooks, _ => _isStopped ? 1 : 0, null);
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
            var found = Read();
            if (_isStopped || found is ["ok"]) return;
            _damage = $"The inspection log {_reader.DataSource} is damaged ({string.Join("; ", found)}); keep a copy of it, look at the disk, and restore the last good backup.";
            LineEvents.LogDamaged(_logger, _damage);
        }
        finally
        {
            _done.SetResult();
        }
    }

    private List<string> Read()
    {
        var found = new List<string>();
        try
        {
            using var command = _reader.CreateCommand();
            command.CommandText = $"PRAGMA integrity_check({MostNamed})";
            using var rows = command.ExecuteReader();
            while (rows.Read()) found.Add(rows.GetString(0).ReplaceLineEndings(" "));
        }
        catch (SqliteException e)
        {
            found.Add(e.Message);
        }

        return found;
    }
}
