using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Fair;

/// <summary>
/// FAIR's network: N x C x H x W in [0, 1] to the same, unbounded, H and W multiples of 16. The frame is made grey and loses its low frequencies; the trunk
/// rebuilds all of the frame, colours included, from what is left.
/// </summary>
internal sealed class FairNetwork : nn.Module<Tensor, Tensor>
{
    private const string GainsName = "gains";
    private const string WeightName = "colour_weight";
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];
    private readonly ReconstructiveTrunk _trunk;
    private readonly int _channels;
    private readonly InputSize _size;

    public FairNetwork(FairOptions options)
        : base(nameof(FairNetwork))
    {
        (_channels, _size) = (options.Channels, options.Size);
        _trunk = new ReconstructiveTrunk(1, options.Channels, options.Width, skips: true);
        RegisterComponents();
        register_buffer(GainsName, HighPass.Gains(options.Size, options.Cutoff).DetachFromDisposeScope(), persistent: false);
        register_buffer(WeightName, tensor(new[] { (float)options.ColourWeight }).DetachFromDisposeScope());
    }

    /// <summary>What the map counts a squared colour distance with; saved. 1 value.</summary>
    public Tensor ColourWeight => get_buffer(WeightName)!;

    /// <summary>The reconstruction.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _trunk.call(HighPass.Apply(Grey(input), get_buffer(GainsName)!)).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var grey = _channels == 1 ? input : graph.Add("Conv", [input, graph.Constant(tensor(Luma, [1, 3, 1, 1]))]);
        return _trunk.Write(graph, HighPass.Write(graph, grey, get_buffer(GainsName)!, _size));
    }

    /// <summary>Luma of ITU-R BT.601: N x 1 x S x S.</summary>
    private static Tensor Grey(Tensor frames) => frames.shape[1] == 1
        ? frames
        : (S(Luma[0]) * frames.narrow(1, 0, 1)).Plus(S(Luma[1]) * frames.narrow(1, 1, 1)).Plus(S(Luma[2]) * frames.narrow(1, 2, 1));
}
