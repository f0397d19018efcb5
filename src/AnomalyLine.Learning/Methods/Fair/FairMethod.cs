using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Corruption;
using AnomalyLine.Learning.Losses;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Fair;

/// <summary>
/// Liu, Li, Du, Jiang, Geng, Wang, Zhao, "FAIR: frequency-aware image restoration for industrial visual anomaly detection", 2023. A network restores normal
/// frames from the high frequencies of corrupted ones; where the frame differs from its restoration it is anomalous. One pass.
/// </summary>
internal sealed class FairMethod : AnomalyMethod
{
    /// <summary>Share of the normal frames whose highest values in structure and in colour are made equal.</summary>
    private const double BalancedAt = 0.95;

    private readonly FairOptions _options;
    private readonly FairNetwork _network;

    public FairMethod(FairOptions options)
        : base(options)
    {
        _options = options;
        _network = new FairNetwork(options);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>MSE + (1 - SSIM) between the clean frame and what the network makes of the corrupted one.</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var clean = RandomTurn.Apply(frames, _options.Turned, random);
        var restored = _network.call(CorruptedFrames.Make(clean, random, FairCorruption.Apply).Frames);
        return nn.functional.mse_loss(restored, clean).Plus(StructuralSimilarity.Loss(clean, restored, 1));
    }

    /// <summary>MSGMS distance + weight x (Δa² + Δb²), smoothed; grey frames have the first term only.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var (structure, colour) = Terms(frames, context);
        return (colour is null ? structure : structure.Plus(_network.ColourWeight * colour)).MoveToOuterDisposeScope();
    }

    /// <summary>The frame as it is restored from its high frequencies.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => context.Pass(frames)[0];

    /// <summary>Takes the colour's weight from the normal frames where the options ask for it.</summary>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        if (!_options.BalanceColour || _options.Channels == 1) return;
        var context = Own;
        var (structures, colours) = (new List<float>(), new List<float>());
        foreach (var frames in normals)
        {
            using var scope = NewDisposeScope();
            var (structure, colour) = Terms(frames, context);
            structures.AddRange(structure.flatten(1).amax([1]).cpu().data<float>());
            colours.AddRange(colour!.flatten(1).amax([1]).cpu().data<float>());
        }

        _network.ColourWeight.fill_(S(High(structures) / Math.Max(High(colours), 1e-6f)));
    }

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (channels, (width, height)) = (_options.Channels, _options.Size);
        graph.Output("reconstruction", _network.Write(graph, graph.Input("frames", channels, height, width)), null, channels, height, width);
        var structure = GradientMagnitudeSimilarity.Words(_options.Scales);
        var weight = FormattableString.Invariant($"{_network.ColourWeight.item<float>():G9}");
        var colour = channels == 1 ? "" : $", plus {weight} (Δa² + Δb²) in CIE L*a*b* (sRGB, D65) between frames and reconstruction, both clamped to [0, 1]";
        return new OnnxReading(structure + colour + OnnxReading.Smoothed(_options.Smoothing));
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames)
    {
        var restored = _network.Write(graph, frames);
        var structure = MeanFilter.Write(
            graph, GradientMagnitudeSimilarity.WriteDistance(graph, frames, restored, _options.Channels, (_options.Size.Height, _options.Size.Width), _options.Scales), _options.Smoothing);
        if (_options.Channels == 1) return structure;
        var colour = MeanFilter.Write(graph, CieLab.WriteChromaDistance(graph, frames, restored), _options.Smoothing);
        return graph.Add("Add", [structure, graph.Add("Mul", [colour, graph.Constant(_network.ColourWeight.item<float>())])]);
    }

    /// <summary>Both parts of the map, each smoothed: N x S x S.</summary>
    private (Tensor Structure, Tensor? Colour) Terms(Tensor frames, InferenceContext context)
    {
        var restored = Reconstruct(frames, context);
        var structure = MeanFilter.Apply(GradientMagnitudeSimilarity.Distance(frames, restored, 1, _options.Scales, context.Team), _options.Smoothing, context.Team);
        return (structure, _options.Channels == 1 ? null : MeanFilter.Apply(CieLab.ChromaDistance(frames, restored, context.Team), _options.Smoothing, context.Team));
    }

    private static float High(List<float> values)
    {
        values.Sort();
        return values[(int)(BalancedAt * (values.Count - 1))];
    }
}
