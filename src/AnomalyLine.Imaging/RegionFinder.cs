using System.Numerics;
using System.Runtime.InteropServices;

namespace AnomalyLine.Imaging;

/// <summary>Connected areas of a map: runs of each row, joined to the runs they touch in the row above (union-find over runs).</summary>
internal sealed class RegionFinder
{
    private readonly List<Area> _areas = [];
    private List<Run> _above = [];
    private List<Run> _row = [];

    /// <summary>Areas above the threshold, 8-connected; the highest peak first, then the largest, then from top to bottom and left to right.</summary>
    public static IReadOnlyList<DefectRegion> Find(AnomalyMap map, float threshold, int most)
    {
        var finder = new RegionFinder();
        for (var y = 0; y < map.Height; y++) finder.AddRow(map.Values.Slice(y * map.Width, map.Width), y, threshold);
        var areas = finder._areas;
        return [.. Enumerable.Range(0, areas.Count).Where(i => areas[i].Parent == i).Select(i => InFrame(areas[i], map))
            .OrderByDescending(r => r.Peak).ThenByDescending(r => r.Area).ThenBy(r => r.Y).ThenBy(r => r.X).Take(most)];
    }

    private void AddRow(ReadOnlySpan<float> values, int y, float threshold)
    {
        (_above, _row) = (_row, _above);
        _row.Clear();
        var first = 0;
        var limit = new Vector<float>(threshold);
        for (var x = 0; x < values.Length; x++)
        {
            if (!(values[x] > threshold))
            {
                // Most of most frames is below.
                while (x + Vector<float>.Count < values.Length && !Vector.GreaterThanAny(new Vector<float>(values[(x + 1)..]), limit)) x += Vector<float>.Count;
                continue;
            }

            var start = x;
            var peak = values[x];
            for (; x + 1 < values.Length && values[x + 1] > threshold; x++) peak = Math.Max(peak, values[x + 1]);
            var area = _areas.Count;
            _areas.Add(new Area { Parent = area, MinX = start, MaxX = x, MinY = y, MaxY = y, Count = x - start + 1, Peak = peak });
            while (first < _above.Count && _above[first].End < start - 1) first++;
            for (var i = first; i < _above.Count && _above[i].Start <= x + 1; i++) area = Join(_above[i].Area, area);
            _row.Add(new Run(start, x, area));
        }
    }

    private int Root(int area)
    {
        var areas = CollectionsMarshal.AsSpan(_areas);
        while (areas[area].Parent != area) area = areas[area].Parent = areas[areas[area].Parent].Parent;
        return area;
    }

    private int Join(int one, int other)
    {
        var kept = Root(one);
        var gone = Root(other);
        if (kept == gone) return kept;
        var areas = CollectionsMarshal.AsSpan(_areas);
        ref var into = ref areas[kept];
        ref var from = ref areas[gone];
        from.Parent = kept;
        into.MinX = Math.Min(into.MinX, from.MinX);
        into.MaxX = Math.Max(into.MaxX, from.MaxX);
        into.MinY = Math.Min(into.MinY, from.MinY);
        into.MaxY = Math.Max(into.MaxY, from.MaxY);
        into.Count += from.Count;
        into.Peak = Math.Max(into.Peak, from.Peak);
        return kept;
    }

    private static DefectRegion InFrame(Area area, AnomalyMap map)
    {
        var region = map.Region;
        var (left, right) = Cover(area.MinX, area.MaxX, region.Width, map.Width);
        var (top, bottom) = Cover(area.MinY, area.MaxY, region.Height, map.Height);
        var size = area.Count * ((double)region.Width / map.Width) * ((double)region.Height / map.Height);
        return new DefectRegion(region.X + left, region.Y + top, right - left, bottom - top, size, area.Peak);
    }

    /// <summary>The pixels that map cells first..last touch.</summary>
    private static (int From, int To) Cover(int first, int last, int pixels, int cells) =>
        ((int)((long)first * pixels / cells), (int)((((last + 1L) * pixels) + cells - 1) / cells));

    [StructLayout(LayoutKind.Auto)]
    private record struct Run(int Start, int End, int Area);

    [StructLayout(LayoutKind.Auto)]
    private struct Area
    {
        public int Parent, MinX, MaxX, MinY, MaxY, Count;
        public float Peak;
    }
}
