using AnomalyLine.Learning.Methods.Features;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Subspace;

/// <summary>Mean, covariance and principal components of features of K numbers a place; the covariance is there so that frames can be added.</summary>
internal sealed class SubspaceNetwork : nn.Module
{
    public SubspaceNetwork(int channels)
        : base(nameof(SubspaceNetwork))
    {
        register_buffer("count", zeros(1, ScalarType.Int64).DetachFromDisposeScope());
        register_buffer("mean", zeros(channels).DetachFromDisposeScope());
        register_buffer("covariance", zeros(channels, channels).DetachFromDisposeScope());
        register_buffer("scale", ones(channels).DetachFromDisposeScope());
        register_buffer("basis", zeros(channels, channels).DetachFromDisposeScope());
    }

    /// <summary>K.</summary>
    public Tensor Mean => get_buffer("mean")!;

    /// <summary>K: what features are multiplied by, so that each varies as much as the others.</summary>
    public Tensor Scale => get_buffer("scale")!;

    /// <summary>K x K: a component a column, those that are left out 0.</summary>
    public Tensor Basis => get_buffer("basis")!;

    private Tensor Count => get_buffer("count")!;

    private Tensor Covariance => get_buffer("covariance")!;

    /// <summary>What was seen so far, to add to; in the caller's dispose scope.</summary>
    public RunningCovariance Seen() => new(Count.item<long>(), Mean.unsqueeze(0), Covariance.unsqueeze(0));

    /// <summary>Takes what was seen, and its components.</summary>
    /// <param name="seen">At a single place.</param>
    /// <param name="scale">K.</param>
    /// <param name="components">K x n, a component of scaled features a column.</param>
    public void Take(RunningCovariance seen, Tensor scale, Tensor components)
    {
        using var scope = NewDisposeScope();
        Count.copy_(tensor(seen.Count));
        Mean.copy_(seen.Mean.squeeze(0));
        Covariance.copy_(seen.Covariance().squeeze(0));
        Scale.copy_(scale);
        Basis.zero_();
        Basis.narrow(1, 0, components.shape[1]).copy_(components);
    }
}
