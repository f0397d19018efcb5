using System.Runtime.InteropServices;

namespace AnomalyLine.Imaging;

/// <summary>The pixels along one side of an image that one pixel of a smaller image covers: the outermost with their share, those between in full.</summary>
/// <param name="Start">The first one.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="First">Share of the first, above 0 and at most 1.</param>
/// <param name="Last">Share of the last, likewise; the first is the last where there is one alone.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AreaCell(int Start, int Count, float First, float Last)
{
    /// <summary>Shares below are nothing, as in OpenCV's <c>computeResizeAreaTab</c>.</summary>
    private const double Least = 1e-3;

    /// <summary>The cells of a side.</summary>
    /// <param name="from">Its pixels.</param>
    /// <param name="to">Pixels of the smaller image, 1..<paramref name="from"/>.</param>
    public static AreaCell[] Of(int from, int to)
    {
        var cells = new AreaCell[to];
        var scale = (double)from / to;
        for (var i = 0; i < to; i++)
        {
            var (start, end) = (i * scale, Math.Min((i + 1) * scale, from));
            var (first, last) = ((int)Math.Ceiling(start), Math.Min((int)Math.Floor(end), from));
            var (before, after) = (first - start, end - last);
            if (before > Least) first--;
            else before = 1;
            if (after > Least) last++;
            else after = 1;
            cells[i] = new AreaCell(first, last - first, (float)(last - first == 1 && after < 1 ? Math.Min(before, after) : before), (float)after);
        }

        return cells;
    }

    /// <summary>The share of a pixel.</summary>
    /// <param name="at">Its number in the cell, 0..<see cref="Count"/> - 1.</param>
    public float ShareOf(int at) => at == 0 ? First : at == Count - 1 ? Last : 1;
}
