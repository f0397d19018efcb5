using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Deletes the oldest inspections of a station beyond the number kept, and those of stations that were removed long ago: a small slice within each commit, so that no commit takes long.
/// The log's writer only.
/// </summary>
internal sealed class Retention : IDisposable
{
    private const int LeastSlice = 64;
    private readonly long _retained;
    private readonly TimeSpan _keepRemoved;
    private readonly Func<IEnumerable<StationLog>> _removed;
    private readonly TimeProvider _time;
    private readonly SqliteCommand _delete;
    private readonly Dictionary<StationLog, int> _written = [];

    public Retention(SqliteConnection connection, LineOptions options, Func<IEnumerable<StationLog>> removed, TimeProvider time)
    {
        _retained = options.RetainedInspectionsPerStation;
        _keepRemoved = options.RemovedStationRetention;
        _removed = removed;
        _time = time;
        _delete = connection.CreateCommand();
        _delete.CommandText = "DELETE FROM inspections WHERE station = $station AND sequence < $before";
        _delete.Parameters.AddWithValue("$station", "");
        _delete.Parameters.AddWithValue("$before", 0L);
        _delete.Prepare();
    }

    /// <summary>Deletes for each station at most twice as many as were written to it, so that a lowered limit is reached step by step, and a slice of one station that is gone.</summary>
    public void Run(SqliteTransaction transaction, List<LogEntry> written)
    {
        _written.Clear();
        foreach (var entry in written) _written[entry.Station] = _written.GetValueOrDefault(entry.Station) + 1;
        _delete.Transaction = transaction;
        foreach (var (station, count) in _written) Delete(station, _retained, Math.Max(LeastSlice, 2 * count));
        var now = _time.GetUtcNow();
        foreach (var station in _removed())
        {
            // The newest stays: a station that gets this name again goes on with its number.
            if (now - station.RemovalTime >= _keepRemoved && Delete(station, retained: 1, LeastSlice)) return;
        }
    }

    public void Dispose() => _delete.Dispose();

    /// <summary>Deletes the oldest of a station, at most a slice; whether there was anything to delete.</summary>
    private bool Delete(StationLog station, long retained, int slice)
    {
        var before = Math.Min(station.AssignedSequence - retained + 1, station.FirstSequence + slice);
        if (before <= station.FirstSequence) return false;
        _delete.Parameters[0].Value = station.Name;
        _delete.Parameters[1].Value = before;
        _delete.ExecuteNonQuery();

        // A rollback leaves this ahead of the table; the next delete takes what is below it too.
        station.FirstSequence = before;
        return true;
    }
}
