using System.Numerics;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using OpenCvSharp;

namespace AnomalyLine.Evaluation;

/// <summary>
/// How unlike the others each of many normal frames is, by a model that never saw it: nearest neighbours among patches of frames of other parts. Nothing is trained, so nothing of a frame
/// can have been learnt, and a hundred frames take seconds.
/// <para>A frame is scaled to 128 x 128 and cut into patches of 8 x 8 pixels, 4 apart: the grey values less their mean, and the mean colour. A patch's distance is that to the nearest patch
/// within 8 pixels of the same place, in the third-nearest of the other frames: two frames with the same defect do not hide each other. It is divided by the median distance of that place over all
/// frames, plus 0.3 of the median of those, so that edges, which never match well, count as much as the rest. The score is the mean of the three largest. (The idea of a memory of patches: Roth et
/// al., "Towards total recall in industrial anomaly detection", CVPR 2022; here on plain pixels.)</para>
/// What is missing as a whole, such as a hole that other frames do not have there either, it does not find.
/// </summary>
public static class LeaveOutScores
{
    /// <summary>Frames that each one is measured against, at most; others are measured, but nothing is measured against them.</summary>
    public const int MostReferences = 100;

    private const int Side = 128, Patch = 8, Step = 4, Reach = 2, Nearest = 3, Largest = 3;
    private const int Grid = ((Side - Patch) / Step) + 1, Places = Grid * Grid, Values = (Patch * Patch) + 16;
    private const float ColourWeight = Patch / 2f;
    private const double Floor = 0.3;

    /// <summary>Scores of frames, higher = more unlike the others; all cores of the process.</summary>
    /// <param name="files">Image files, at least 5. The first ones are the references: give them in an order that has nothing to do with their content.</param>
    /// <param name="progress">Told after each frame: the share that is done, 0..1.</param>
    /// <exception cref="DatasetException">A file cannot be read.</exception>
    public static IReadOnlyList<double> Of(IReadOnlyList<string> files, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(files.Count, Nearest + 2, nameof(files));
        try
        {
            return Score(files, progress);
        }
        catch (AggregateException several) when (several.InnerException is DatasetException first)
        {
            throw new DatasetException(first.Message, several);
        }
    }

    private static IReadOnlyList<double> Score(IReadOnlyList<string> files, IProgress<double>? progress)
    {
        // Frames of the same part say nothing of whether it is like the others.
        var partOf = PartGroups.Of(files).Parts.Index().SelectMany(p => p.Item.Files.Select(file => (file, p.Index))).ToDictionary(p => p.file, p => p.Index, StringComparer.Ordinal);
        var parts = files.Select((file, i) => partOf.GetValueOrDefault(file, -1 - i)).ToArray();
        var references = new float[Math.Min(files.Count, MostReferences)][];
        Parallel.For(0, references.Length, i => references[i] = Describe(files[i]));
        var distances = new float[files.Count][];
        var done = 0;
        Parallel.For(0, files.Count, i =>
        {
            distances[i] = Distances(i < references.Length ? references[i] : Describe(files[i]), references, i, parts);
            progress?.Report((double)Interlocked.Increment(ref done) / files.Count);
        });

        var usual = Enumerable.Range(0, Places).Select(place => Median(distances.Select(d => d[place]))).ToArray();
        var floor = Floor * Median(usual);
        return [.. distances.Select(d => d.Select((value, place) => value / (usual[place] + floor)).Where(double.IsFinite).OrderDescending().Take(Largest).DefaultIfEmpty(0).Average())];
    }

    /// <summary>For each patch the distance to the nearest one about its place in the third-nearest reference.</summary>
    private static float[] Distances(float[] frame, float[][] references, int self, int[] parts)
    {
        var result = new float[Places];
        Span<float> nearest = stackalloc float[Nearest];
        for (var place = 0; place < Places; place++)
        {
            nearest.Fill(float.MaxValue);
            var patch = frame.AsSpan(place * Values, Values);
            for (var other = 0; other < references.Length; other++)
            {
                if (other == self || parts[other] == parts[self]) continue;
                var best = Closest(patch, references[other], place, nearest[^1]);
                for (var i = 0; i < Nearest; i++)
                    if (best < nearest[i]) (best, nearest[i]) = (nearest[i], best);
            }

            // Where fewer other parts are there than are asked for, the furthest of them.
            var at = Nearest - 1;
            while (at > 0 && nearest[at] == float.MaxValue) at--;
            result[place] = MathF.Sqrt(nearest[at]);
        }

        return result;
    }

    /// <summary>The smallest squared distance of a patch to those about its place; not above the limit.</summary>
    private static float Closest(ReadOnlySpan<float> patch, float[] frame, int place, float limit)
    {
        int x = place % Grid, y = place / Grid;
        for (var v = Math.Max(0, y - Reach); v <= Math.Min(Grid - 1, y + Reach); v++)
        {
            for (var u = Math.Max(0, x - Reach); u <= Math.Min(Grid - 1, x + Reach); u++)
            {
                var sum = Vector<float>.Zero;
                var there = frame.AsSpan(((v * Grid) + u) * Values, Values);
                for (var i = 0; i < Values; i += Vector<float>.Count)
                {
                    var difference = new Vector<float>(patch[i..]) - new Vector<float>(there[i..]);
                    sum += difference * difference;
                }

                limit = Math.Min(limit, Vector.Sum(sum));
            }
        }

        return limit;
    }

    private static float[] Describe(string file)
    {
        var bytes = FrameFile.ReadBytes(file);
        if (ImageHeader.Check(bytes, Frame.MaxBytes) is { } error) throw new DatasetException($"{file}: {error}");
        using var read = Cv2.ImDecode(bytes, ImreadModes.Color);
        if (read.Empty()) throw new DatasetException($"{file}: this is no image that can be read; replace it.");
        using var colour = read.Resize(new Size(Side, Side), 0, 0, InterpolationFlags.Area);
        using var grey = new Mat();
        Cv2.CvtColor(colour, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.GaussianBlur(grey, grey, new Size(3, 3), 0.8);
        var values = new float[Places * Values];
        for (var place = 0; place < Places; place++)
        {
            var into = values.AsSpan(place * Values, Values);
            using var patch = new Mat(grey, new Rect(place % Grid * Step, place / Grid * Step, Patch, Patch));
            using var around = new Mat(colour, new Rect(place % Grid * Step, place / Grid * Step, Patch, Patch));
            var mean = (float)Cv2.Mean(patch).Val0;
            for (var i = 0; i < Patch * Patch; i++) into[i] = patch.At<byte>(i / Patch, i % Patch) - mean;
            var mix = Cv2.Mean(around);
            for (var channel = 0; channel < 3; channel++) into[(Patch * Patch) + channel] = (float)mix[channel] * ColourWeight;
        }

        return values;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static double Median(IEnumerable<float> values) => Median(values.Select(value => (double)value));
}
