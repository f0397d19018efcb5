using AnomalyLine.Vision.Layers;
using static AnomalyLine.Vision.Layers.Numbers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Methods.Fair;

/// <summary>
/// FAIR's network: N x C x S x S in [0, 1] to the same, unbounded, S a multiple of 16. The frame is made grey and loses its low frequencies; the trunk
/// rebuilds all of the frame, colours included, from what is left.
/// </summary>
internal sealed class FairNetwork : nn.Module<Tensor, Tensor>
{
    private const string GainsName = "gains";
    private const string WeightName = "colour_weight";
    private readonly ReconstructiveTrunk _trunk;

    public FairNetwork(FairOptions options)
        : base(nameof(FairNetwork))
    {
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

    /// <summary>Luma of ITU-R BT.601: N x 1 x S x S.</summary>
    private static Tensor Grey(Tensor frames) => frames.shape[1] == 1
        ? frames
        : (S(0.299) * frames.narrow(1, 0, 1)) + (S(0.587) * frames.narrow(1, 1, 1)) + (S(0.114) * frames.narrow(1, 2, 1));
}
