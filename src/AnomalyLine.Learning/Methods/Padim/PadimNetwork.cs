using AnomalyLine.Learning.Methods.Features;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Padim;

/// <summary>A Gaussian of d features for each of P places: what a file holds are its mean and covariance, so that frames can be added; what judges is computed from them.</summary>
internal sealed class PadimNetwork : nn.Module
{
    /// <summary>Without frames yet, and with features drawn from torch's global generator.</summary>
    /// <param name="places">P.</param>
    /// <param name="channels">Features of a place.</param>
    /// <param name="dimensions">d, those that are used.</param>
    public PadimNetwork(int places, int channels, int dimensions)
        : base(nameof(PadimNetwork))
    {
        using var scope = NewDisposeScope();
        register_buffer("dimensions", randperm(channels).narrow(0, 0, dimensions).sort().Values.clone().DetachFromDisposeScope());
        register_buffer("count", zeros(1, ScalarType.Int64).DetachFromDisposeScope());
        register_buffer("mean", zeros(places, dimensions).DetachFromDisposeScope());
        register_buffer("covariance", zeros(places, dimensions * (dimensions + 1) / 2).DetachFromDisposeScope());
        register_buffer("whitening", zeros(places, dimensions, dimensions).DetachFromDisposeScope(), persistent: false);
    }

    /// <summary>d numbers of features, ascending.</summary>
    public Tensor Dimensions => get_buffer("dimensions")!;

    /// <summary>P x d.</summary>
    public Tensor Mean => get_buffer("mean")!;

    /// <summary>P x d x d: a row minus the mean times this has as its squared length the squared Mahalanobis distance.</summary>
    public Tensor Whitening => get_buffer("whitening")!;

    private Tensor Count => get_buffer("count")!;

    /// <summary>P x d (d + 1) / 2: the lower triangle of each covariance, row by row.</summary>
    private Tensor Triangles => get_buffer("covariance")!;

    /// <summary>What was seen so far, to add to; in the caller's dispose scope.</summary>
    public RunningCovariance Seen() => new(Count.item<long>(), Mean, Covariance());

    /// <summary>Takes what was seen.</summary>
    public void Take(RunningCovariance seen)
    {
        using var scope = NewDisposeScope();
        Count.copy_(tensor(seen.Count));
        Mean.copy_(seen.Mean);
        var (row, column) = Triangle();
        Triangles.copy_(seen.Covariance()[TensorIndex.Colon, TensorIndex.Tensor(row), TensorIndex.Tensor(column)]);
    }

    /// <summary>Computes <see cref="Whitening"/>: with S + e I = L L', the transpose of the inverse of L.</summary>
    /// <param name="epsilon">e.</param>
    public void Factorise(double epsilon)
    {
        using var scope = NewDisposeScope();
        var covariance = Covariance().to(ScalarType.Float64);
        covariance.diagonal(0, 1, 2).add_(S(epsilon), S(1));
        var unit = eye(Mean.shape[1], dtype: ScalarType.Float64, device: covariance.device).expand_as(covariance);
        Whitening.copy_(linalg.solve_triangular(linalg.cholesky(covariance), unit, upper: false).transpose(1, 2));
    }

    /// <summary>P x d x d.</summary>
    private Tensor Covariance()
    {
        var (row, column) = Triangle();
        var full = zeros_like(Whitening);
        full[TensorIndex.Colon, TensorIndex.Tensor(row), TensorIndex.Tensor(column)] = Triangles;
        full[TensorIndex.Colon, TensorIndex.Tensor(column), TensorIndex.Tensor(row)] = Triangles;
        return full;
    }

    private (Tensor Row, Tensor Column) Triangle()
    {
        var places = tril_indices(Mean.shape[1], Mean.shape[1], device: Mean.device);
        return (places[0], places[1]);
    }
}
