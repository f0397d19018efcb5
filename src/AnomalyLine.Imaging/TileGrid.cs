namespace AnomalyLine.Imaging;

/// <summary>Overlapping tiles of one size that a large input is judged by, each by itself, in rows and columns from the top left. Together they cover the input exactly.</summary>
/// <param name="Columns">1..64.</param>
/// <param name="Rows">1..64.</param>
/// <param name="Overlap">Pixels that neighbours share, 0..half the shorter side of a tile.</param>
public sealed record TileGrid(int Columns, int Rows, int Overlap)
{
    /// <summary>Number of tiles.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Count => Columns * Rows;

    /// <summary>Length of all of a row, or of a column.</summary>
    /// <param name="tile">Length of a tile.</param>
    /// <param name="tiles">How many there are.</param>
    public int Length(int tile, int tiles) => (tile * tiles) - (Overlap * (tiles - 1));

    /// <summary>How many tiles of a length reach over another length, with this overlap.</summary>
    /// <param name="length">Pixels, at least 1.</param>
    /// <param name="tile">Length of a tile, above <paramref name="overlap"/>.</param>
    /// <param name="overlap">Pixels that neighbours share.</param>
    public static int Needed(int length, int tile, int overlap) => Math.Max(1, (length - overlap + tile - overlap - 1) / (tile - overlap));
}
