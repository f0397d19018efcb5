namespace AnomalyLine.Learning.Masking;

/// <summary>
/// Square windows over a grid of patches with one or four patches of each hidden (Pirnay, Chai 2022, section 3.1), and for judging such a set of
/// windows that each patch is hidden in one of them. Four hidden ones stand in a square, half a window apart. One hidden one is the window's middle
/// wherever the grid's border allows it.
/// </summary>
internal sealed class PatchWindows
{
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _side;
    private readonly int _apart;

    /// <summary>For a grid.</summary>
    /// <param name="columns">Columns of patches, at least the window's; with four hidden at least one more.</param>
    /// <param name="rows">Rows of patches, likewise.</param>
    /// <param name="side">Rows and columns of a window, odd, at least 3.</param>
    /// <param name="hidden">1 or 4.</param>
    public PatchWindows(int columns, int rows, int side, int hidden)
    {
        (_columns, _rows, _side, Hidden) = (columns, rows, side, hidden);
        _apart = hidden == 1 ? 0 : (side + 1) / 2;
        var (down, across) = (Lines(rows).ToArray(), Lines(columns).ToArray());
        Count = down.Length * across.Length;
        Patches = [.. down.SelectMany(row => across.SelectMany(column => PatchesOf(row.Start, column.Start)))];
        Places = [.. down.SelectMany(row => across.SelectMany(column => PlacesOf(row.First, column.First)))];
        Source = new long[rows * columns];
        for (var i = 0; i < Places.Length; i++) Source[Patches[(i / hidden * side * side) + Places[i]]] = i;
    }

    /// <summary>Hidden patches a window.</summary>
    public int Hidden { get; }

    /// <summary>Windows to judge with.</summary>
    public int Count { get; }

    /// <summary>The patches of the windows to judge with, each row by row: Count x side².</summary>
    public long[] Patches { get; }

    /// <summary>The places in them that are hidden: Count x Hidden, 0..side² - 1.</summary>
    public long[] Places { get; }

    /// <summary>For each patch of the grid where in <see cref="Places"/> it is hidden.</summary>
    public long[] Source { get; }

    /// <summary>A window anywhere with hidden places anywhere, for training.</summary>
    public (long[] Patches, long[] Places) Draw(Random random)
    {
        var free = _side - _apart;
        return (PatchesOf(random.Next(_rows - _side + 1), random.Next(_columns - _side + 1)), PlacesOf(random.Next(free), random.Next(free)));
    }

    /// <summary>Along one side of the grid: where windows start, and the first place that each hides; the second is half a window further.</summary>
    private IEnumerable<(int Start, int First)> Lines(int grid)
    {
        var block = Math.Max(1, 2 * _apart);
        for (var at = 0; at < grid; at += block)
        {
            // The last block may overlap the one before; what both predict is taken from the last.
            var from = Math.Min(at, grid - block);
            for (var patch = from; patch < from + Math.Max(1, _apart); patch++)
            {
                // g(c) = max(1, c - L/2), r = g - max(0, g + L - N - 1) of the paper, counted from 0.
                var start = Math.Clamp(patch - ((_side - 1 - _apart) / 2), 0, grid - _side);
                yield return (start, patch - start);
            }
        }
    }

    private long[] PatchesOf(int row, int column) => [.. Enumerable.Range(0, _side * _side).Select(i => ((row + (i / _side)) * (long)_columns) + column + (i % _side))];

    private long[] PlacesOf(int row, int column) => Hidden == 1
        ? [(row * _side) + column]
        : [(row * _side) + column, (row * _side) + column + _apart, ((row + _apart) * _side) + column, ((row + _apart) * _side) + column + _apart];
}
