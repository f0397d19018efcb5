namespace AnomalyLine.Evaluation.Metrics;

/// <summary>The separate areas of a mask: places that touch by an edge or a corner (8 neighbours) belong together.</summary>
internal static class ConnectedAreas
{
    /// <summary>Numbers the areas.</summary>
    /// <param name="mask">Row by row, true inside an area.</param>
    /// <param name="width">Columns of the mask.</param>
    /// <param name="first">The number of the first area, at least 1.</param>
    /// <param name="labels">As long as the mask; becomes 0 outside, the area's number inside.</param>
    /// <returns>The size of each area, in order of number.</returns>
    public static List<int> Label(ReadOnlySpan<bool> mask, int width, uint first, Span<uint> labels)
    {
        labels.Clear();
        var sizes = new List<int>();
        var open = new Stack<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (!mask[start] || labels[start] != 0) continue;
            var label = first + (uint)sizes.Count;
            var size = 0;
            labels[start] = label;
            open.Push(start);
            while (open.TryPop(out var at))
            {
                size++;
                Spread(mask, width, at, label, labels, open);
            }

            sizes.Add(size);
        }

        return sizes;
    }

    private static void Spread(ReadOnlySpan<bool> mask, int width, int at, uint label, Span<uint> labels, Stack<int> open)
    {
        int x = at % width, y = at / width, height = mask.Length / width;
        for (var v = Math.Max(y - 1, 0); v <= Math.Min(y + 1, height - 1); v++)
        {
            for (var u = Math.Max(x - 1, 0); u <= Math.Min(x + 1, width - 1); u++)
            {
                var next = (v * width) + u;
                if (!mask[next] || labels[next] != 0) continue;
                labels[next] = label;
                open.Push(next);
            }
        }
    }
}
