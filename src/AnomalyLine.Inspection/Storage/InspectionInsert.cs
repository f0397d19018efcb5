using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>The prepared statement that writes one inspection with its sum.</summary>
internal sealed class InspectionInsert : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter[] _parameters;
    private readonly RecordSum _sum;

    public InspectionInsert(SqliteConnection connection, RecordSum sum)
    {
        _sum = sum;
        var columns = $"{InspectionRow.Columns}, {InspectionRow.SumColumn}".Split(", ");
        _command = connection.CreateCommand();
        _command.CommandText = $"INSERT INTO inspections ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(c => '$' + c))})";
        _parameters = [.. columns.Select(c => _command.Parameters.AddWithValue('$' + c, 0L))];
        _command.Prepare();
    }

    /// <summary>Writes a row within a transaction.</summary>
    public void Run(SqliteTransaction transaction, InspectionRecord record)
    {
        var values = InspectionRow.ValuesOf(record);
        for (var i = 0; i < values.Length; i++) _parameters[i].Value = values[i];
        _parameters[^1].Value = _sum.Of(values);
        _command.Transaction = transaction;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
