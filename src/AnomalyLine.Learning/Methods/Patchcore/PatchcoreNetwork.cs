using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Patchcore;

/// <summary>A memory of M patches of K features, and how it was chosen.</summary>
internal sealed class PatchcoreNetwork : nn.Module
{
    /// <summary>An empty memory with a projection from torch's global generator.</summary>
    public PatchcoreNetwork(int channels, int projected)
        : this(0, channels, projected)
    {
        using var scope = NewDisposeScope();
        Projection.copy_(randn(channels, projected) / S(Math.Sqrt(projected)));
    }

    /// <summary>One of a size, to be filled.</summary>
    /// <param name="rows">M.</param>
    /// <param name="channels">K.</param>
    /// <param name="projected">d.</param>
    public PatchcoreNetwork(long rows, int channels, int projected)
        : base(nameof(PatchcoreNetwork))
    {
        register_buffer("memory", zeros(rows, channels).DetachFromDisposeScope());
        register_buffer("projection", zeros(channels, projected).DetachFromDisposeScope());
        register_buffer("radius", zeros(1).DetachFromDisposeScope());
    }

    /// <summary>M x K.</summary>
    public Tensor Memory => get_buffer("memory")!;

    /// <summary>K x d, random: distances between projected patches are about those between patches.</summary>
    public Tensor Projection => get_buffer("projection")!;

    /// <summary>How far a training patch is from the memory at most, projected.</summary>
    public Tensor Radius => get_buffer("radius")!;
}
