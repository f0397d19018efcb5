namespace AnomalyLine.Inspection.Tests;

/// <summary>The tables of the log as each version of them was made, word for word: what a log of that release begins with.</summary>
internal static class OldLogs
{
    /// <summary>By version, from 1 on.</summary>
    public static readonly IReadOnlyList<string> Tables =
    [
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          decode_ms REAL NOT NULL DEFAULT 0, forward_ms REAL NOT NULL DEFAULT 0,
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          decode_ms REAL NOT NULL DEFAULT 0, forward_ms REAL NOT NULL DEFAULT 0,
          capture_uncertain INTEGER NOT NULL DEFAULT 0,
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          created_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          decode_ms REAL NOT NULL DEFAULT 0, forward_ms REAL NOT NULL DEFAULT 0,
          capture_uncertain INTEGER NOT NULL DEFAULT 0,
          UNIQUE (station, sequence));
        """,
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stations (name TEXT PRIMARY KEY, creation_ticks INTEGER NOT NULL,
          mode INTEGER NOT NULL DEFAULT 1, product_id TEXT NOT NULL DEFAULT '',
          display_name TEXT NOT NULL DEFAULT '', removal_ticks INTEGER, revisions_before INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE recipes (
          station TEXT NOT NULL REFERENCES stations(name), revision INTEGER NOT NULL, model_version TEXT NOT NULL,
          threshold REAL NOT NULL, pixel_threshold REAL NOT NULL,
          region_x INTEGER, region_y INTEGER, region_width INTEGER, region_height INTEGER,
          deadline_ticks INTEGER NOT NULL, activation_ticks INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '', restored_from INTEGER NOT NULL DEFAULT 0,
          sensitivity REAL NOT NULL DEFAULT 0, sensitivity_limit REAL NOT NULL DEFAULT 0.2,
          created_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
          PRIMARY KEY (station, revision)) WITHOUT ROWID;
        CREATE TABLE inspections (
          position INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, sequence INTEGER NOT NULL, part_id TEXT NOT NULL,
          verdict INTEGER NOT NULL, reason_code INTEGER NOT NULL, reason_text TEXT NOT NULL,
          score REAL NOT NULL, threshold REAL NOT NULL, regions BLOB NOT NULL,
          model_version TEXT NOT NULL, recipe_revision INTEGER NOT NULL, capture_ticks INTEGER NOT NULL, completion_ticks INTEGER NOT NULL,
          prepare_ms REAL NOT NULL, queue_ms REAL NOT NULL, detect_ms REAL NOT NULL, judge_ms REAL NOT NULL,
          log_ms REAL NOT NULL, total_ms REAL NOT NULL, batch_size INTEGER NOT NULL,
          frame_width INTEGER NOT NULL, frame_height INTEGER NOT NULL,
          product_id TEXT NOT NULL DEFAULT '',
          decode_ms REAL NOT NULL DEFAULT 0, forward_ms REAL NOT NULL DEFAULT 0,
          capture_uncertain INTEGER NOT NULL DEFAULT 0,
          UNIQUE (station, sequence));
        """,
        """
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
          created_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
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
        """,
    ];
}
