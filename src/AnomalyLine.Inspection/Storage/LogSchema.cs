using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>The log's tables, and their version.</summary>
internal static class LogSchema
{
    /// <summary>Version of the tables that this program writes and reads.</summary>
    public const int Version = 9;

    /// <summary>Key of the position from which on every row has a sum.</summary>
    public const string SumsFrom = "sums_from";

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '',
          display_name TEXT NOT NULL DEFAULT '', removal_ticks INTEGER, revisions_before INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          created_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', left_out TEXT,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          decode_ms REAL NOT NULL DEFAULT 0, forward_ms REAL NOT NULL DEFAULT 0,
          capture_uncertain INTEGER NOT NULL DEFAULT 0, record_sum INTEGER,
          UNIQUE (station, sequence));
        CREATE INDEX IF NOT EXISTS inspections_by_completion ON inspections (station, completion_ticks);
        """;

    /// <summary>What brings the tables from version 1 to 2, from 2 to 3, and so on.</summary>
    private static readonly string[] Upgrades =
    [
        """
        ALTER TABLE stations ADD COLUMN mode INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE stations ADD COLUMN product_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE recipes ADD COLUMN product_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE recipes ADD COLUMN restored_from INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inspections ADD COLUMN product_id TEXT NOT NULL DEFAULT '';
        """,
        """
        ALTER TABLE recipes ADD COLUMN sensitivity REAL NOT NULL DEFAULT 0;
        ALTER TABLE recipes ADD COLUMN sensitivity_limit REAL NOT NULL DEFAULT 0.2;
        """,
        """
        ALTER TABLE inspections ADD COLUMN decode_ms REAL NOT NULL DEFAULT 0;
        ALTER TABLE inspections ADD COLUMN forward_ms REAL NOT NULL DEFAULT 0;
        """,
        "ALTER TABLE inspections ADD COLUMN capture_uncertain INTEGER NOT NULL DEFAULT 0;",
        """
        ALTER TABLE recipes ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
        ALTER TABLE recipes ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        """,
        """
        ALTER TABLE stations ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
        ALTER TABLE stations ADD COLUMN removal_ticks INTEGER;
        ALTER TABLE stations ADD COLUMN revisions_before INTEGER NOT NULL DEFAULT 0;
        """,
        "ALTER TABLE inspections ADD COLUMN record_sum INTEGER;",
        "ALTER TABLE recipes ADD COLUMN left_out TEXT;",
    ];

    /// <summary>Makes the tables where they are missing, brings older ones up to date; gives the log's identity.</summary>
    /// <exception cref="LogOpenException">A newer version wrote the log.</exception>
    public static Guid Ensure(SqliteConnection connection, string path)
    {
        var version = Version;
        if (Exists(connection))
        {
            version = int.Parse(ReadMeta(connection, "schema_version") ?? "0", CultureInfo.InvariantCulture);
            if (version > Version)
            {
                throw new LogOpenException(
                    $"{path} has schema version {version}, but this program knows versions up to {Version}; run the newer program, or name another data folder.");
            }
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        connection.Run(Tables + ProductionTable.Sql);
        for (; version < Version; version++) connection.Run(Upgrades[Math.Max(version, 1) - 1]);
        connection.Run($"INSERT OR IGNORE INTO meta VALUES ('schema_version', '{Version}'), ('log_id', '{Guid.NewGuid()}')");
        connection.Run($"INSERT OR IGNORE INTO meta SELECT '{SumsFrom}', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'inspections'), 0) + 1");
        connection.Run($"UPDATE meta SET value = '{Version}' WHERE key = 'schema_version'");
        transaction.Commit();
        return Guid.Parse(ReadMeta(connection, "log_id")!);
    }

    /// <summary>Runs statements that give no rows.</summary>
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static bool Exists(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'meta'";
        return (long)command.ExecuteScalar()! == 1;
    }

    private static string? ReadMeta(SqliteConnection connection, string key)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE key = $key";
        command.Parameters.AddWithValue("$key", key);
        return (string?)command.ExecuteScalar();
    }
}
