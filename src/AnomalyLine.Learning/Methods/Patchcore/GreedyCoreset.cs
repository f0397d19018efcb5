using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Patchcore;

/// <summary>
/// Chooses few points that all others are near to: again and again the one that is farthest from those chosen so far (greedy k-centre; Gonzalez, "Clustering to minimize the maximum intercluster
/// distance", 1985; at most twice the best possible radius). Exact, but many a pass: no point outside of the farthest few hundred can be next while one of these is at least as far as
/// the nearest of them was, so they choose among themselves as long as that holds, and all other distances follow in one matrix product.
/// </summary>
internal sealed class GreedyCoreset
{
    private const int Contenders = 512, RowsAtOnce = 16_384;

    /// <summary>What rounding leaves of the squared distance of a point to itself, as a share of its squared length.</summary>
    private const double Rounding = 1e-6;

    private readonly Tensor _points;
    private readonly Tensor _lengths;
    private readonly Tensor _nearest;
    private readonly double _least;
    private readonly bool _isFirst;

    /// <summary>Over points, in the caller's dispose scope.</summary>
    /// <param name="points">n x d.</param>
    /// <param name="chosen">m x d, those that were chosen before; m may be 0.</param>
    public GreedyCoreset(Tensor points, Tensor chosen)
    {
        (_points, _lengths, _isFirst) = (points, (points * points).sum([1]), chosen.shape[0] == 0);
        _nearest = full_like(_lengths, S(double.PositiveInfinity));
        _least = Rounding * _lengths.max().item<float>();
        if (!_isFirst) Approach(chosen);
    }

    /// <summary>The largest distance from a point to the nearest that is chosen.</summary>
    public double Radius => Math.Sqrt(_nearest.max().item<float>());

    /// <summary>Chooses until no point is farther than a radius from the chosen ones, or as many are as may be; points that are equal but for rounding count once.</summary>
    /// <returns>Numbers of the points, in the order in which they were chosen.</returns>
    public long[] Choose(long most, double radius)
    {
        var chosen = new List<long>();
        while (chosen.Count < most)
        {
            using var scope = NewDisposeScope();
            var next = chosen.Count == 0 && _isFirst ? [First()] : Next(most - chosen.Count, Math.Max(radius * radius, _least));
            if (next.Length == 0) break;
            chosen.AddRange(next);
            Approach(_points.index_select(0, tensor(next, device: _points.device)));
        }

        return [.. chosen];
    }

    /// <summary>The point nearest to the mean of all.</summary>
    private long First()
    {
        var offsets = _points - _points.mean([0]);
        return (offsets * offsets).sum([1]).argmin().item<long>();
    }

    private long[] Next(long most, double squaredRadius)
    {
        var count = (int)Math.Min(Contenders, _nearest.shape[0]);
        var (values, indices) = _nearest.topk(count);
        var rows = _points.index_select(0, indices);
        var squares = Squares(rows, rows, _lengths.index_select(0, indices)).cpu().contiguous().data<float>().ToArray();
        var (numbers, left) = (indices.cpu().data<long>().ToArray(), values.cpu().data<float>().ToArray());
        var bound = count < _nearest.shape[0] ? left[^1] : 0;
        var chosen = new List<long>();
        while (chosen.Count < most)
        {
            var farthest = 0;
            for (var i = 1; i < count; i++) if (left[i] > left[farthest]) farthest = i;
            if (left[farthest] < bound || left[farthest] <= squaredRadius) break;
            chosen.Add(numbers[farthest]);
            for (var i = 0; i < count; i++) left[i] = Math.Min(left[i], squares[(farthest * count) + i]);
            left[farthest] = 0;
        }

        return [.. chosen];
    }

    /// <summary>Takes newly chosen points into account.</summary>
    private void Approach(Tensor chosen)
    {
        for (long at = 0; at < _points.shape[0]; at += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(RowsAtOnce, _points.shape[0] - at);
            var nearest = _nearest.narrow(0, at, count);
            nearest.copy_(nearest.minimum(Squares(_points.narrow(0, at, count), chosen, _lengths.narrow(0, at, count)).amin([1])));
        }
    }

    /// <summary>Squared distances, n x m.</summary>
    private static Tensor Squares(Tensor points, Tensor others, Tensor lengths) =>
        ((others * others).sum([1]) - (points * S(2)).mm(others.t())).add(lengths.unsqueeze(1), S(1)).clamp_min(S(0));
}
