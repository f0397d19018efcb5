using Npgsql;

namespace AnomalyLine.Management;

/// <summary>How management keeps its data on this machine. Read once at start.</summary>
public sealed class ManagementOptions
{
    /// <summary>
    /// A PostgreSQL database, such as "Host=db;Database=anomalyline;Username=line;Password=…". Empty, the default: the file management.db in the data folder.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(ConnectionString);
            Require(ConnectionString.Length == 0 || !string.IsNullOrEmpty(connection.Host), $"{nameof(ConnectionString)} names no Host; write it like \"Host=db;Database=anomalyline;Username=line\".");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // Its text may hold a password: the message names the mistake, not the value.
            errors.Add($"{nameof(ConnectionString)} is no PostgreSQL connection string ({e.Message}); write it like \"Host=db;Database=anomalyline;Username=line\".");
        }

        return errors;

        void Require(bool holds, string error)
        {
            if (!holds) errors.Add(error);
        }
    }
}
