using System.Runtime.InteropServices;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// SLIC superpixels (Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", PAMI 34(11), 2012): k-means of colour and
/// place in CIELAB from a regular grid, each centre looking at twice its interval only, then each region made connected. The same frame has the same
/// regions every time.
/// </summary>
internal sealed class Superpixels
{
    private const int Iterations = 10;

    private Superpixels(int width, int[] labels, int count)
    {
        Width = width;
        Labels = labels;
        Count = count;
    }

    /// <summary>Columns of the frame.</summary>
    public int Width { get; }

    /// <summary>The region of each pixel, 0..<see cref="Count"/> - 1, row by row. Each region is connected (4 neighbours).</summary>
    public int[] Labels { get; }

    /// <summary>Regions; about as many as were wanted.</summary>
    public int Count { get; }

    /// <summary>Cuts a frame into superpixels.</summary>
    /// <param name="frame">1 or 3 planes of height x width in [0, 1].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="wanted">About how many, at least 1.</param>
    /// <param name="compactness">m: the colour distance, in CIELAB, that counts as much as one interval of place.</param>
    public static Superpixels Of(ReadOnlySpan<float> frame, int height, int width, int wanted, double compactness)
    {
        var interval = Math.Sqrt((double)height * width / wanted);
        var (rows, columns) = (Math.Max(1, (int)Math.Round(height / interval)), Math.Max(1, (int)Math.Round(width / interval)));
        var lab = LabColour.Of(frame, height * width);
        var labels = new int[height * width];
        for (var i = 0; i < labels.Length; i++) labels[i] = (i / width * rows / height * columns) + (i % width * columns / width);
        var centres = new Centre[rows * columns];
        var nearest = new float[labels.Length];
        var reach = (int)Math.Ceiling(interval);
        var weight = (float)(compactness * compactness / (interval * interval));
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Move(centres, lab, labels, width);
            Array.Fill(nearest, float.PositiveInfinity);
            for (var c = 0; c < centres.Length; c++) Claim(c, centres[c], lab, labels, nearest, width, reach, weight);
        }

        var (connected, count) = Connect(labels, width, interval * interval);
        return new Superpixels(width, connected, count);
    }

    /// <summary>Each centre to the mean colour and place of its pixels; one without pixels stays.</summary>
    private static void Move(Centre[] centres, float[] lab, int[] labels, int width)
    {
        var sums = new Centre[centres.Length];
        var counts = new int[centres.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var c = labels[i];
            sums[c] = sums[c].Plus(lab[3 * i], lab[(3 * i) + 1], lab[(3 * i) + 2], i % width, i / width);
            counts[c]++;
        }

        for (var c = 0; c < centres.Length; c++)
            if (counts[c] > 0) centres[c] = sums[c].Over(counts[c]);
    }

    /// <summary>Takes the pixels within reach that are nearer to this centre than to those before it: d² = d_lab² + (d_xy m / s)².</summary>
    private static void Claim(int label, Centre centre, float[] lab, int[] labels, float[] nearest, int width, int reach, float weight)
    {
        int x = (int)centre.X, y = (int)centre.Y, height = labels.Length / width;
        int left = Math.Max(0, x - reach), right = Math.Min(width - 1, x + reach);
        for (var row = Math.Max(0, y - reach); row <= Math.Min(height - 1, y + reach); row++)
        {
            var rowDistance = (row - centre.Y) * (row - centre.Y);
            for (var i = (row * width) + left; i <= (row * width) + right; i++)
            {
                float dl = lab[3 * i] - centre.L, da = lab[(3 * i) + 1] - centre.A, db = lab[(3 * i) + 2] - centre.B, dx = i - (row * width) - centre.X;
                var distance = (dl * dl) + (da * da) + (db * db) + (weight * ((dx * dx) + rowDistance));
                if (distance >= nearest[i]) continue;
                nearest[i] = distance;
                labels[i] = label;
            }
        }
    }

    /// <summary>
    /// Each connected part of a label becomes a region of its own; one below a quarter of the usual area joins the region before it, unless that has
    /// three times the usual area already: on coarse noise one region would swallow all.
    /// </summary>
    private static (int[] Labels, int Count) Connect(int[] labels, int width, double area)
    {
        var connected = new int[labels.Length];
        Array.Fill(connected, -1);
        var part = new List<int>();
        var areas = new List<int>();
        var count = 0;
        for (var start = 0; start < labels.Length; start++)
        {
            if (connected[start] >= 0) continue;
            part.Clear();
            part.Add(start);
            connected[start] = count;
            for (var next = 0; next < part.Count; next++)
            {
                var i = part[next];
                if (i % width > 0) Reach(i - 1, i);
                if (i % width < width - 1) Reach(i + 1, i);
                if (i >= width) Reach(i - width, i);
                if (i + width < labels.Length) Reach(i + width, i);
            }

            var before = start % width > 0 ? connected[start - 1] : start >= width ? connected[start - width] : -1;
            if (part.Count >= area / 4 || before < 0 || areas[before] > 3 * area)
            {
                areas.Add(part.Count);
                count++;
            }
            else
            {
                areas[before] += part.Count;
                foreach (var i in part) connected[i] = before;
            }
        }

        return (connected, count);

        void Reach(int to, int from)
        {
            if (connected[to] >= 0 || labels[to] != labels[from]) return;
            connected[to] = count;
            part.Add(to);
        }
    }

    /// <summary>A colour and a place, or a sum of them.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Centre(float L, float A, float B, float X, float Y)
    {
        public Centre Plus(float l, float a, float b, float x, float y) => new(L + l, A + a, B + b, X + x, Y + y);

        public Centre Over(int count) => new(L / count, A / count, B / count, X / count, Y / count);
    }
}
