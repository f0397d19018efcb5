using System.Runtime.InteropServices;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Masking;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Smai;

/// <summary>
/// Li, Li, Jiang, Ma, Wei, Hong, Gong, "Superpixel masking and inpainting for self-supervised anomaly detection", BMVC 2020. The frame is cut into superpixels;
/// each is hidden and filled in from what surrounds it, and compared with what was there.
/// </summary>
internal sealed class SmaiMethod : AnomalyMethod
{
    /// <summary>Length of the range [-1, 1] that the network and its losses work in; hidden places are 0, its middle.</summary>
    private const double Range = 2;

    private readonly SmaiOptions _options;
    private readonly UNet _network;

    public SmaiMethod(SmaiOptions options)
        : base(options, passesAtOnce: 32)
    {
        _options = options;
        _network = new UNet(options.Channels + 1, options.Channels, options.Width);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>MSE + (1 - SSIM) over the frame, random superpixels of it hidden (eq. 4 of the README).</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var x = (frames * S(2)) - S(1);
        var rebuilt = Rebuild(x, stack(frames.split(1).Select(f => HideSome(Cut(f), random)).ToArray()).to(x.device), Own);
        return nn.functional.mse_loss(rebuilt, x).Plus(StructuralSimilarity.Loss(x, rebuilt, Range));
    }

    /// <summary>Error of each superpixel, or of each of its pixels, in the pass that hid it (eq. 5-6 of the README), smoothed.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var cuts = frames.split(1).Select(Cut).ToArray();
        var x = (frames * S(2)) - S(1);
        var error = (Assemble(x, cuts, context) - x).pow(S(2)).mean([1]);
        return MeanFilter.Apply(_options.Flatten ? MeanOfEach(cuts, error) : error, _options.Smoothing, context.Team).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        return (Assemble((frames * S(2)) - S(1), [.. frames.split(1).Select(Cut)], context).Plus(1) / S(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The U-Net over masked frames in [-1, 1] with their mask.</summary>
    public override IReadOnlyList<string> WritePass(OnnxGraph graph) => _network.WritePass(graph, _options.Size);

    /// <summary>
    /// Frames with each superpixel as the pass that hid it fills it in, N x C x H x W in [-1, 1]. The passes of all frames go through the network together,
    /// <see cref="Inference.Networks.InferenceNetwork.PassesAtOnce"/> at a time.
    /// </summary>
    private Tensor Assemble(Tensor x, Superpixels[] cuts, InferenceContext context)
    {
        var passes = cuts.Select(PassOfEach).ToArray();
        var pass = stack(cuts.Zip(passes, (cut, of) => tensor(cut.Labels.Select(l => (long)of[l]).ToArray(), [_options.Size.Height, _options.Size.Width])).ToArray()).to(x.device);
        var ofFrame = passes.SelectMany((of, frame) => Enumerable.Repeat((long)frame, of.Max() + 1)).ToArray();
        var ofPass = passes.SelectMany(of => Enumerable.Range(0, of.Max() + 1).Select(p => (long)p)).ToArray();
        var filled = zeros_like(x);
        for (var at = 0; at < ofFrame.Length; at += PassesAtOnce)
        {
            using var step = NewDisposeScope();
            var taken = at..Math.Min(at + PassesAtOnce, ofFrame.Length);
            var frame = tensor(ofFrame[taken]).to(x.device);
            var hidden = pass.index_select(0, frame).eq(tensor(ofPass[taken]).to(x.device).view(-1, 1, 1)).unsqueeze(1).to(ScalarType.Float32);
            filled.index_add_(0, frame, Rebuild(x.index_select(0, frame), hidden, context) * hidden, S(1));
        }

        return filled;
    }

    /// <inheritdoc/>
    public override bool BatchesFrames => false;

    /// <summary>The superpixels of a frame, 1 x C x H x W in [0, 1].</summary>
    internal Superpixels Cut(Tensor frame)
    {
        using var values = frame.cpu().contiguous();
        return Superpixels.Of(MemoryMarshal.Cast<byte, float>(values.bytes), _options.Size.Width, _options.Size.Height, _options.Superpixels, _options.Compactness);
    }

    /// <summary>What the network makes of frames that are hidden where the mask is 1: cat(x (1 - m), m) in, N x C x H x W in [-1, 1] out.</summary>
    internal static Tensor Rebuild(Tensor x, Tensor hidden, InferenceContext context) => context.Pass(cat([x * OneMinus(hidden), hidden], 1))[0];

    /// <summary>The pass that hides each superpixel of a frame: 0, 1, …</summary>
    private int[] PassOfEach(Superpixels superpixels) => _options.Masking == SuperpixelMasking.Coloured
        ? SuperpixelColouring.Colour(superpixels, _options.Gap)
        : [.. Enumerable.Range(0, superpixels.Count)];

    /// <summary>The mean of each superpixel on all of its pixels: N x H x W.</summary>
    private static Tensor MeanOfEach(Superpixels[] cuts, Tensor error)
    {
        var before = 0;
        var labels = new List<long>();
        foreach (var cut in cuts)
        {
            labels.AddRange(cut.Labels.Select(l => (long)before + l));
            before += cut.Count;
        }

        var place = tensor(labels).to(error.device);
        var places = zeros(before, device: error.device).index_add(0, place, ones_like(place, ScalarType.Float32), S(1));
        var sums = zeros(before, device: error.device).index_add(0, place, error.flatten(), S(1));
        return (sums / places).index_select(0, place).view_as(error);
    }

    /// <summary>1 x H x W: 1 on random superpixels that cover a random share of the frame, at least one and never all.</summary>
    private Tensor HideSome(Superpixels superpixels, Random random)
    {
        var areas = new int[superpixels.Count];
        foreach (var label in superpixels.Labels) areas[label]++;
        var order = Enumerable.Range(0, areas.Length).ToArray();
        random.Shuffle(order);
        var wanted = (_options.LeastHidden + (random.NextDouble() * (_options.MostHidden - _options.LeastHidden))) * superpixels.Labels.Length;
        var isHidden = new bool[areas.Length];
        for (int i = 0, area = 0; i < Math.Max(1, order.Length - 1) && area < wanted; i++)
        {
            isHidden[order[i]] = true;
            area += areas[order[i]];
        }

        return tensor(superpixels.Labels.Select(l => isHidden[l] ? 1f : 0f).ToArray(), [1, _options.Size.Height, _options.Size.Width]);
    }
}
