using System.Numerics.Tensors;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>Finds near copies among small grey pictures; see <see cref="PartGroups"/> for what they are.</summary>
internal static class NearFrames
{
    /// <summary>Side of the pictures.</summary>
    public const int Side = 64;

    private const int BlockSide = 8, Blocks = Side / BlockSide * (Side / BlockSide), BlockPixels = BlockSide * BlockSide, MostPairs = 20_000;

    /// <summary>Joins near copies, and those that are near to the same picture.</summary>
    /// <param name="pictures">Grey values, row by row, of any scale.</param>
    /// <param name="cancel">Stops between two pictures.</param>
    /// <returns>For each picture the number of the first one of its group.</returns>
    public static int[] Join(IReadOnlyList<float[]> pictures, CancellationToken cancel)
    {
        var group = Enumerable.Range(0, pictures.Count).ToArray();
        if (pictures.Count < 3) return group;
        var blocks = Level(pictures).Select(InBlocks).ToArray();
        var means = blocks.Select(Means).ToArray();
        var limit = (float)(PartGroups.NearShare * LowerQuartile(blocks));
        if (limit <= 0) return group;
        for (var i = 1; i < blocks.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var j = 0; j < i; j++)
            {
                // A block's means are never further apart than the block itself.
                if (Root(group, i) == Root(group, j) || MaxDifference(means[i], means[j]) >= limit || Distance(blocks[i], blocks[j], limit) >= limit) continue;
                var (a, b) = (Root(group, i), Root(group, j));
                group[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        for (var i = 0; i < group.Length; i++) group[i] = Root(group, i);
        return group;
    }

    /// <summary>Pictures of mean 0 and of one contrast.</summary>
    private static IEnumerable<float[]> Level(IReadOnlyList<float[]> pictures)
    {
        var centred = pictures.Select(picture =>
        {
            var result = new float[picture.Length];
            TensorPrimitives.Subtract(picture, TensorPrimitives.Average<float>(picture), result);
            return (Values: result, Contrast: MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(result) / result.Length));
        }).ToArray();
        var usual = centred.Select(c => c.Contrast).Order().ElementAt(centred.Length / 2);
        foreach (var (values, contrast) in centred)
        {
            if (contrast > 0) TensorPrimitives.Multiply(values, usual / contrast, values);
            yield return values;
        }
    }

    private static float[] InBlocks(float[] picture)
    {
        var result = new float[picture.Length];
        const int across = Side / BlockSide;
        for (var block = 0; block < Blocks; block++)
        {
            for (var row = 0; row < BlockSide; row++)
                picture.AsSpan((((block / across * BlockSide) + row) * Side) + (block % across * BlockSide), BlockSide).CopyTo(result.AsSpan((block * BlockPixels) + (row * BlockSide)));
        }

        return result;
    }

    private static float[] Means(float[] blocks) => [.. Enumerable.Range(0, Blocks).Select(b => TensorPrimitives.Average<float>(blocks.AsSpan(b * BlockPixels, BlockPixels)))];

    private static float MaxDifference(float[] a, float[] b)
    {
        var most = 0f;
        for (var i = 0; i < a.Length; i++) most = Math.Max(most, Math.Abs(a[i] - b[i]));
        return most;
    }

    /// <summary>The largest root mean square difference of a block; at or above the limit the rest is not looked at.</summary>
    private static float Distance(float[] a, float[] b, float limit)
    {
        var most = 0f;
        for (var block = 0; block < Blocks && most < limit; block++)
        {
            var at = block * BlockPixels;
            most = Math.Max(most, TensorPrimitives.Distance(a.AsSpan(at, BlockPixels), b.AsSpan(at, BlockPixels)) / BlockSide);
        }

        return most;
    }

    /// <summary>Of all pairs, or of some at random where they are many.</summary>
    private static float LowerQuartile(float[][] blocks)
    {
        var distances = new List<float>();
        if ((long)blocks.Length * (blocks.Length - 1) / 2 <= MostPairs)
        {
            for (var i = 1; i < blocks.Length; i++)
                for (var j = 0; j < i; j++) distances.Add(Distance(blocks[i], blocks[j], float.PositiveInfinity));
        }
        else
        {
            var random = new Random(1);
            while (distances.Count < MostPairs)
            {
                var (i, j) = (random.Next(blocks.Length), random.Next(blocks.Length));
                if (i != j) distances.Add(Distance(blocks[i], blocks[j], float.PositiveInfinity));
            }
        }

        distances.Sort();
        return distances[distances.Count / 4];
    }

    private static int Root(int[] group, int at)
    {
        while (group[at] != at) at = group[at] = group[group[at]];
        return at;
    }
}
