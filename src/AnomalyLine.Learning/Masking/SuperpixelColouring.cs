using System.Runtime.InteropServices;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// Puts superpixels that lie apart into common groups, so that one pass can hide a whole group: the graph of superpixels nearer than a gap is
/// coloured greedily, those with most neighbours first (Welsh and Powell 1967).
/// </summary>
internal static class SuperpixelColouring
{
    /// <summary>Colours the superpixels.</summary>
    /// <param name="superpixels">The regions.</param>
    /// <param name="gap">Regions of one colour have at least this many pixels between them across or down; with 0 they only do not touch.</param>
    /// <returns>The colour of each region, 0 and up without holes.</returns>
    public static int[] Colour(Superpixels superpixels, int gap)
    {
        var neighbours = Neighbours(superpixels, gap);
        var colours = new int[neighbours.Length];
        Array.Fill(colours, -1);
        foreach (var region in Enumerable.Range(0, colours.Length).OrderByDescending(r => neighbours[r].Count))
        {
            var taken = neighbours[region].Select(n => colours[n]).ToHashSet();
            var colour = 0;
            while (taken.Contains(colour)) colour++;
            colours[region] = colour;
        }

        return colours;
    }

    private static List<int>[] Neighbours(Superpixels superpixels, int gap)
    {
        var borders = Borders(superpixels);
        var boxes = borders.Select(Box.Around).ToArray();
        var neighbours = borders.Select(_ => new List<int>()).ToArray();
        for (var a = 0; a < borders.Length; a++)
        {
            for (var b = a + 1; b < borders.Length; b++)
            {
                if (!boxes[a].IsNear(boxes[b], gap) || !AreNear(borders[a], borders[b], boxes[b], gap)) continue;
                neighbours[a].Add(b);
                neighbours[b].Add(a);
            }
        }

        return neighbours;
    }

    /// <summary>The pixels of each region that have another region beside them, or the frame's edge.</summary>
    private static (int X, int Y)[][] Borders(Superpixels superpixels)
    {
        var (labels, width) = (superpixels.Labels, superpixels.Width);
        var borders = Enumerable.Range(0, superpixels.Count).Select(_ => new List<(int X, int Y)>()).ToArray();
        for (var i = 0; i < labels.Length; i++)
        {
            var isInside = i % width > 0 && i % width < width - 1 && i >= width && i + width < labels.Length
                && labels[i - 1] == labels[i] && labels[i + 1] == labels[i] && labels[i - width] == labels[i] && labels[i + width] == labels[i];
            if (!isInside) borders[labels[i]].Add((i % width, i / width));
        }

        return [.. borders.Select(b => b.ToArray())];
    }

    private static bool AreNear((int X, int Y)[] one, (int X, int Y)[] other, Box otherBox, int gap)
    {
        foreach (var (x, y) in one)
        {
            if (!otherBox.IsNear(new Box(x, y, x, y), gap)) continue;
            foreach (var (u, v) in other)
                if (Math.Abs(x - u) <= gap + 1 && Math.Abs(y - v) <= gap + 1) return true;
        }

        return false;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Box(int Left, int Top, int Right, int Bottom)
    {
        public static Box Around((int X, int Y)[] points) => new(points.Min(p => p.X), points.Min(p => p.Y), points.Max(p => p.X), points.Max(p => p.Y));

        public bool IsNear(Box other, int gap) =>
            Math.Max(Left - other.Right, other.Left - Right) <= gap + 1 && Math.Max(Top - other.Bottom, other.Top - Bottom) <= gap + 1;
    }
}
