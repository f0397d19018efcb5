using static TorchSharp.torch;

namespace AnomalyLine.Learning.Masking;

/// <summary>
/// RIAD's masks (Zavrtanik, Kristan, Skočaj 2021, section 3.1): the frame is cut into square cells, the cells are dealt at random into
/// disjoint sets of near-equal size, and mask i hides set i. Together the sets cover the frame.
/// </summary>
internal static class DisjointCells
{
    /// <summary>Draws one set of masks.</summary>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="cell">Side of a cell in pixels; cells at the right and lower edge may be smaller.</param>
    /// <param name="sets">Number of disjoint sets, at least 2.</param>
    /// <param name="random">Source of the permutation.</param>
    /// <returns>sets x 1 x height x width: 0 where hidden, 1 elsewhere.</returns>
    public static Tensor Draw(int height, int width, int cell, int sets, Random random)
    {
        var columns = (width + cell - 1) / cell;
        var rows = (height + cell - 1) / cell;
        var order = Enumerable.Range(0, rows * columns).ToArray();
        random.Shuffle(order);
        var setOfCell = new int[order.Length];
        for (var i = 0; i < order.Length; i++) setOfCell[order[i]] = i % sets;

        var masks = new float[sets * height * width];
        Array.Fill(masks, 1f);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                masks[(((setOfCell[((y / cell) * columns) + (x / cell)] * height) + y) * width) + x] = 0f;
        return tensor(masks, [sets, 1, height, width]);
    }
}
