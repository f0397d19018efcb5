using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Subspace;

/// <summary>Mean and principal components of features of K numbers a place.</summary>
internal sealed class SubspaceNetwork : nn.Module
{
    public SubspaceNetwork(int channels)
        : base(nameof(SubspaceNetwork))
    {
        register_buffer("mean", zeros(channels).DetachFromDisposeScope());
        register_buffer("basis", zeros(channels, channels).DetachFromDisposeScope());
    }

    /// <summary>K.</summary>
    public Tensor Mean => get_buffer("mean")!;

    /// <summary>K x K: a component a column, those that are left out 0.</summary>
    public Tensor Basis => get_buffer("basis")!;
}
