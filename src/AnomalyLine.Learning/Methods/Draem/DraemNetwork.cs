using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Layers;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Draem;

/// <summary>DRAEM's two networks: N x C x S x S in [0, 1] to the restored frame (unbounded) and two logits a pixel, S a multiple of 32.</summary>
internal sealed class DraemNetwork : nn.Module<Tensor, (Tensor Restored, Tensor Logits)>
{
    private readonly ReconstructiveTrunk _reconstructive;
    private readonly DiscriminativeNetwork _discriminative;

    public DraemNetwork(DraemOptions options)
        : base(nameof(DraemNetwork))
    {
        _reconstructive = new ReconstructiveTrunk(options.Channels, options.Channels, options.Width, skips: false);
        _discriminative = new DiscriminativeNetwork(2 * options.Channels, options.DiscriminativeWidth);
        RegisterComponents();
    }

    /// <summary>The first result alone.</summary>
    public Tensor Restore(Tensor input) => _reconstructive.call(input);

    /// <summary>Both results.</summary>
    public override (Tensor Restored, Tensor Logits) forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var restored = _reconstructive.call(input);
        return (restored.MoveToOuterDisposeScope(), _discriminative.call(cat([restored, input], 1)).MoveToOuterDisposeScope());
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public (OnnxValue Restored, OnnxValue Logits) Write(OnnxGraph graph, OnnxValue input)
    {
        var restored = _reconstructive.Write(graph, input);
        return (restored, _discriminative.Write(graph, graph.Join(restored, input)));
    }
}
