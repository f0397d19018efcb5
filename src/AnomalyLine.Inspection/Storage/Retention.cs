using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>Deletes the oldest inspections of a station beyond the number kept: a small slice within each commit, so that no commit takes long.</summary>
internal sealed class Retention : IDisposable
{
    private const int LeastSlice = 64;
    private readonly long _retained;
    private readonly SqliteCommand _delete;
    private readonly Dictionary<Station, int> _written = [];

    public Retention(SqliteConnection connection, long retained)
    {
        _retained = retained;
        _delete = connection.CreateCommand();
        _delete.CommandText = "DELETE FROM inspections WHERE station = $station AND sequence < $before";
        _delete.Parameters.AddWithValue("$station", "");
        _delete.Parameters.AddWithValue("$before", 0L);
        _delete.Prepare();
    }

    /// <summary>Deletes for each station at most twice as many as were written to it, so that a lowered limit is reached step by step.</summary>
    public void Run(SqliteTransaction transaction, List<LogEntry> written)
    {
        _written.Clear();
        foreach (var entry in written) _written[entry.Station] = _written.GetValueOrDefault(entry.Station) + 1;
        _delete.Transaction = transaction;
        foreach (var (station, count) in _written)
        {
            var before = Math.Min(station.AssignedSequence - _retained + 1, station.FirstSequence + Math.Max(LeastSlice, 2 * count));
            if (before <= station.FirstSequence) continue;
            _delete.Parameters[0].Value = station.Name;
            _delete.Parameters[1].Value = before;
            _delete.ExecuteNonQuery();

            // A rollback leaves this ahead of the table; the next delete takes what is below it too.
            station.FirstSequence = before;
        }
    }

    public void Dispose() => _delete.Dispose();
}
