using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Losses;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Autoencoder;

/// <summary>
/// Autoencoder baselines: Bergmann, Löwe, Fauser, Sattlegger, Steger, "Improving unsupervised defect segmentation by applying structural
/// similarity to autoencoders", VISAPP 2019. The map is the squared error, or 1 - SSIM, between frame and reconstruction.
/// </summary>
internal sealed class AutoencoderMethod(AutoencoderOptions options) : AnomalyMethod(options)
{
    private readonly AutoencoderNetwork _network = new(options);

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <inheritdoc/>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var seen = options.Window == 0 ? frames : RandomWindows(frames, random);
        var reconstruction = _network.call(seen);
        return options.Loss == ReconstructionLoss.L2
            ? nn.functional.mse_loss(reconstruction, seen)
            : StructuralSimilarity.Loss(seen, reconstruction, 1);
    }

    /// <inheritdoc/>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        var reconstruction = Reconstruct(frames, context);
        var map = options.Loss == ReconstructionLoss.L2
            ? SquaredDistance.Apply(frames, reconstruction, context.Team)
            : StructuralSimilarity.Distance(frames, reconstruction, 1, context.Team);
        return MeanFilter.Apply(map, options.Smoothing, context.Team);
    }

    /// <inheritdoc/>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => options.Window == 0 ? context.Pass(frames)[0] : Slide(frames, context);

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (width, height) = options.NetworkSize;
        graph.Output("reconstruction", _network.Write(graph, graph.Input("frames", options.Channels, height, width)), null, options.Channels, height, width);
        var cut = options.Window == 0
            ? ""
            : $"frames holds windows of {width} x {height} pixels, cut from a frame of {options.Size.Width} x {options.Size.Height} every {options.Stride} pixels and at its far borders, and reconstruction is the mean of those over a place; ";
        var error = options.Loss == ReconstructionLoss.L2 ? "the mean over channels of (frames - reconstruction)²" : $"the mean over channels of 1 - SSIM(frames, reconstruction) with {StructuralSimilarity.Words}";
        return new OnnxReading(cut + error + OnnxReading.Smoothed(options.Smoothing));
    }

    /// <summary>Not where it slides: windows are cut and put together around the passes.</summary>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames)
    {
        if (options.Window > 0) return null;
        var reconstruction = _network.Write(graph, frames);
        var map = options.Loss == ReconstructionLoss.L2
            ? SquaredDistance.Write(graph, frames, reconstruction)
            : StructuralSimilarity.WriteDistance(graph, frames, reconstruction, options.Channels);
        return MeanFilter.Write(graph, map, options.Smoothing);
    }

    private Tensor RandomWindows(Tensor frames, Random random)
    {
        var windows = new List<Tensor>();
        foreach (var frame in frames.split(1))
            for (var i = 0; i < options.WindowsPerFrame; i++)
                windows.Add(Cut(frame, random.Next(options.Size.Height - options.Window + 1), random.Next(options.Size.Width - options.Window + 1)));
        return cat(windows);
    }

    /// <summary>All windows of all frames as one batch; where they overlap their reconstructions are averaged.</summary>
    private Tensor Slide(Tensor frames, InferenceContext context)
    {
        var places = Offsets(options.Size.Height).SelectMany(y => Offsets(options.Size.Width).Select(x => (y, x))).ToArray();
        var reconstructions = context.Pass(cat(places.Select(p => Cut(frames, p.y, p.x)).ToArray()))[0].chunk(places.Length);
        var sum = zeros_like(frames);
        var count = zeros_like(frames);
        for (var i = 0; i < places.Length; i++)
        {
            Cut(sum, places[i].y, places[i].x).add_(reconstructions[i], S(1));
            Cut(count, places[i].y, places[i].x).add_(S(1), S(1));
        }

        return sum / count;
    }

    /// <summary>Where windows start along a side.</summary>
    private IEnumerable<int> Offsets(int side)
    {
        var last = side - options.Window;
        return Enumerable.Range(0, (last / options.Stride) + 1).Select(i => i * options.Stride).Append(last).Distinct();
    }

    private Tensor Cut(Tensor frames, int y, int x) => frames.narrow(2, y, options.Window).narrow(3, x, options.Window);
}
