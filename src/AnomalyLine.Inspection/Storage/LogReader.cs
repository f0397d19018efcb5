using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>One reading connection with its prepared statements; one thread at a time.</summary>
internal sealed class LogReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _one;
    private readonly SqliteCommand _back;
    private readonly SqliteCommand _forward;
    private readonly SqliteCommand _first;
    private readonly SqliteCommand _recipes;

    public LogReader(SqliteConnection connection)
    {
        _connection = connection;
        _one = Prepare($"SELECT {InspectionRow.Columns} FROM inspections WHERE station = $a AND sequence = $b", "$a", "$b");
        _back = Prepare(
            $"SELECT {InspectionRow.Columns} FROM inspections WHERE station = $a AND sequence < $b ORDER BY sequence DESC LIMIT $c", "$a", "$b", "$c");
        _forward = Prepare(
            $"SELECT {InspectionRow.Columns} FROM inspections WHERE position > $a AND position <= $b ORDER BY position LIMIT $c", "$a", "$b", "$c");
        _first = Prepare("SELECT position FROM inspections WHERE station = $a AND sequence > $b ORDER BY sequence LIMIT 1", "$a", "$b");
        _recipes = Prepare($"SELECT {RecipeRow.Columns} FROM recipes WHERE station = $a ORDER BY revision DESC LIMIT $b", "$a", "$b");
    }

    /// <summary>A station's recipes with their times of activation, newest first.</summary>
    public List<(Recipe Recipe, DateTimeOffset ActivationTime)> ReadRecipes(string station, int most)
    {
        using var rows = Query(_recipes, station, most);
        var recipes = new List<(Recipe Recipe, DateTimeOffset ActivationTime)>();
        while (rows.Read()) recipes.Add((RecipeRow.Read(rows), RecipeRow.ActivationTime(rows)));
        return recipes;
    }

    public InspectionRecord? Get(string station, long sequence)
    {
        using var rows = Query(_one, station, sequence);
        return rows.Read() ? InspectionRow.Read(rows) : null;
    }

    public List<InspectionRecord> ReadBack(string station, long beforeSequence, int most)
    {
        using var rows = Query(_back, station, beforeSequence, most);
        var records = new List<InspectionRecord>();
        while (rows.Read()) records.Add(InspectionRow.Read(rows));
        return records;
    }

    public LogFound Find(LogSearch search, int most)
    {
        if (Range(search) is not { } range) return new LogFound([], null);
        var downTo = Math.Max(range.First, Math.Min(search.BeforeSequence, range.Last + 1) - LogSearch.MaxLookedAt);
        using var command = FindCommand.Create(_connection, search, downTo, most);
        using var rows = command.ExecuteReader();
        var records = new List<InspectionRecord>();
        while (rows.Read()) records.Add(InspectionRow.Read(rows));
        var reached = records.Count == most ? records[^1].Sequence : downTo;
        return new LogFound(records, reached > range.First ? reached : null);
    }

    /// <summary>The first one after a sequence that the search finds, whatever the search begins with; null where none of the next <see cref="LogSearch.MaxLookedAt"/> does.</summary>
    public InspectionRecord? FindAfter(LogSearch search, long after)
    {
        var bounded = search with { BeforeSequence = after + 1 + LogSearch.MaxLookedAt };
        using var command = FindCommand.Create(_connection, bounded, after + 1, 1, isOldestFirst: true);
        using var rows = command.ExecuteReader();
        return rows.Read() ? InspectionRow.Read(rows) : null;
    }

    public List<InspectionRecord> ReadHistory(HistoryRange range, int most)
    {
        using var command = HistoryCommand.Rows(_connection, range, most);
        using var rows = command.ExecuteReader();
        var records = new List<InspectionRecord>();
        while (rows.Read()) records.Add(InspectionRow.Read(rows));
        return records;
    }

    public List<HistoryInterval> SummarizeHistory(string station, DateTimeOffset from, DateTimeOffset until, TimeSpan interval)
    {
        using var command = HistoryCommand.Intervals(_connection, station, from, until, interval);
        using var rows = command.ExecuteReader();
        var intervals = new List<HistoryInterval>();
        while (rows.Read()) intervals.Add(HistoryCommand.Read(rows, from, interval));
        return intervals;
    }

    public ProductionSummary SummarizeProduction(ProductionQuery query, long upto) => ProductionTable.Summarize(_connection, query, upto);

    /// <summary>Sequences of a station's oldest inspection and of the newest before the search's limit; null where there is none. Apart, each is one step in the index.</summary>
    private (long First, long Last)? Range(LogSearch search)
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT (SELECT min(sequence) FROM inspections WHERE station = $station), (SELECT max(sequence) FROM inspections WHERE station = $station AND sequence < $before)";
        command.Parameters.AddWithValue("$station", search.Station);
        command.Parameters.AddWithValue("$before", search.BeforeSequence);
        using var rows = command.ExecuteReader();
        return rows.Read() && !rows.IsDBNull(1) ? (rows.GetInt64(0), rows.GetInt64(1)) : null;
    }

    /// <summary>Position of the station's first inspection after a sequence; null where there is none.</summary>
    public long? FirstPositionAfter(string station, long sequence)
    {
        using var rows = Query(_first, station, sequence);
        return rows.Read() ? rows.GetInt64(0) : null;
    }

    /// <summary>A page in log order, of which only the wanted rows are made into records.</summary>
    public LogPage ReadForward(long afterPosition, long uptoPosition, int most, Func<string, long, bool> isWanted)
    {
        using var rows = Query(_forward, afterPosition, uptoPosition, most);
        var records = new List<InspectionRecord>();
        var last = afterPosition;
        var count = 0;
        for (; rows.Read(); count++)
        {
            last = InspectionRow.Position(rows);
            if (isWanted(InspectionRow.Station(rows), InspectionRow.Sequence(rows))) records.Add(InspectionRow.Read(rows));
        }

        return new LogPage(records, last, count < most);
    }

    public void Dispose()
    {
        _one.Dispose();
        _back.Dispose();
        _forward.Dispose();
        _first.Dispose();
        _recipes.Dispose();
        _connection.Dispose();
    }

    private static SqliteDataReader Query(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteReader();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter, 0L);
        command.Prepare();
        return command;
    }
}
