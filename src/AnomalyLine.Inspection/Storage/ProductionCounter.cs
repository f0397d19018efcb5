using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The thread that counts production: every ten seconds the inspections that came meanwhile, a slice at a time, each slice read beside the line and written in a transaction of the log's writer that also notes how far it
/// is counted. So each inspection counts once, whenever the server ends; and the log of an earlier release is counted while the line runs.
/// </summary>
internal sealed class ProductionCounter : IDisposable
{
    private const int SliceLength = 2_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly LogDatabase _database;
    private readonly LogWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private volatile bool _isStopped;
    private bool _hasFailed;

    public ProductionCounter(LogDatabase database, LogWriter writer, TimeProvider time, ILogger logger)
    {
        _database = database;
        _writer = writer;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => _wake.Set(), null, Period, Period);
        _thread = new Thread(Run) { IsBackground = true, Name = "AnomalyLine production", Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    /// <summary>Ends it; before the writer ends, which it may wait for.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _isStopped = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        SqliteConnection? reader = null;
        for (_wake.WaitOne(); !_isStopped; _wake.WaitOne())
        {
            try
            {
                reader ??= _database.OpenReader();
                while (!_isStopped && CountSlice(reader))
                {
                    // The next one.
                }
            }
            catch (SqliteException e)
            {
                // Once a fault: it is tried again with each period.
                if (!_hasFailed) LineEvents.ProductionNotCounted(_logger, e);
                _hasFailed = true;
            }
        }

        reader?.Dispose();
    }

    /// <summary>Counts what comes next; whether there may be more.</summary>
    private bool CountSlice(SqliteConnection reader)
    {
        var after = ProductionTable.ReadPosition(reader);
        var parts = ProductionTable.ReadParts(reader, after, _database.SettledPosition, SliceLength).ToList();
        if (parts.Count == 0) return false;
        var now = _time.GetUtcNow();
        var error = _writer.ChangeAsync(connection => ProductionTable.Count(connection, parts, after, parts[^1].Position, now)).GetAwaiter().GetResult();
        if (error is null) _hasFailed = false;
        return error is null && parts.Count == SliceLength;
    }
}
