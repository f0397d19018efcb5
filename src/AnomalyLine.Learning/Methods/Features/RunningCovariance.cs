using TorchSharp;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>
/// Means and covariances of rows of numbers, for each of P places, to which more rows can be added at any time: the same, but for rounding, as if all had come at once. Chan, Golub, LeVeque, "Updating
/// formulae and a pairwise algorithm for computing sample variances", 1979. Lives in the dispose scope that it is made in.
/// </summary>
internal sealed class RunningCovariance
{
    private readonly Tensor _mean;
    private readonly Tensor _scatter;

    /// <summary>Of what was seen before.</summary>
    /// <param name="count">Rows so far, of each place; 0 for none.</param>
    /// <param name="mean">P x K, their mean.</param>
    /// <param name="covariance">P x K x K, their covariance.</param>
    public RunningCovariance(long count, Tensor mean, Tensor covariance)
    {
        using var freedom = ((double)Math.Max(0, count - 1)).ToScalar();
        (Count, _mean, _scatter) = (count, mean.to(ScalarType.Float64, copy: true), covariance.to(ScalarType.Float64, copy: true).mul_(freedom));
    }

    /// <summary>Rows so far, of each place.</summary>
    public long Count { get; private set; }

    /// <summary>P x K, float64.</summary>
    public Tensor Mean => _mean;

    /// <summary>P x K x K, float64, by n - 1; 0 of a single row.</summary>
    public Tensor Covariance()
    {
        using var freedom = ((double)Math.Max(1, Count - 1)).ToScalar();
        return _scatter / freedom;
    }

    /// <summary>Adds rows.</summary>
    /// <param name="rows">P x n x K.</param>
    public void Add(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var count = rows.shape[1];
        var mean = rows.mean([1], keepdim: true, type: ScalarType.Float64);
        var delta = mean.squeeze(1) - _mean;
        using var share = (count / (double)(Count + count)).ToScalar();
        using var weight = Math.Sqrt(Count * (count / (double)(Count + count))).ToScalar();

        // How far the means lie apart counts as one row more.
        var all = cat([rows - mean.to(rows.dtype), (delta * weight).unsqueeze(1).to(rows.dtype)], 1);
        _scatter.add_(all.transpose(1, 2).bmm(all), S(1));
        _mean.add_(delta, share);
        Count += count;
    }
}
