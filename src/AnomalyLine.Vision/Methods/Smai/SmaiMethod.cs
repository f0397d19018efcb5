using System.Runtime.InteropServices;
using AnomalyLine.Vision.AnomalyMaps;
using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Losses;
using AnomalyLine.Vision.Masking;
using static AnomalyLine.Vision.Layers.Numbers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Methods.Smai;

/// <summary>
/// Li, Li, Jiang, Ma, Wei, Hong, Gong, "Superpixel masking and inpainting for self-supervised anomaly detection", BMVC 2020. The frame is cut into superpixels;
/// each is hidden and filled in from what surrounds it, and compared with what was there.
/// </summary>
internal sealed class SmaiMethod : AnomalyMethod
{
    /// <summary>Length of the range [-1, 1] that the network and its losses work in; hidden places are 0, its middle.</summary>
    private const double Range = 2;

    /// <summary>Masked frames that go through the network at once when judging; bounds memory, changes no result.</summary>
    private const int PassesAtOnce = 32;

    private readonly SmaiOptions _options;
    private readonly UNet _network;

    public SmaiMethod(SmaiOptions options)
        : base(options)
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
        var rebuilt = Rebuild(x, stack(frames.split(1).Select(f => HideSome(Cut(f), random)).ToArray()).to(x.device));
        return nn.functional.mse_loss(rebuilt, x) + StructuralSimilarity.Loss(x, rebuilt, Range);
    }

    /// <summary>Error of each superpixel, or of each of its pixels, in the pass that hid it (eq. 5-6 of the README), smoothed.</summary>
    public override Tensor AnomalyMap(Tensor frames) => MeanFilter.Apply(cat(frames.split(1).Select(Judge).ToArray()), _options.Smoothing);

    /// <summary>The superpixels of a frame, 1 x C x H x W in [0, 1].</summary>
    internal Superpixels Cut(Tensor frame)
    {
        using var values = frame.cpu().contiguous();
        return Superpixels.Of(MemoryMarshal.Cast<byte, float>(values.bytes), _options.Size, _options.Size, _options.Superpixels, _options.Compactness);
    }

    /// <summary>What the network makes of frames that are hidden where the mask is 1: cat(x (1 - m), m) in, N x C x H x W in [-1, 1] out.</summary>
    internal Tensor Rebuild(Tensor x, Tensor hidden) => _network.call(cat([x * (S(1) - hidden), hidden], 1));

    /// <summary>1 x H x W in [0, 4], of one frame.</summary>
    private Tensor Judge(Tensor frame)
    {
        using var scope = NewDisposeScope();
        var superpixels = Cut(frame);
        var passOf = _options.Masking == SuperpixelMasking.Coloured
            ? SuperpixelColouring.Colour(superpixels, _options.Gap)
            : [.. Enumerable.Range(0, superpixels.Count)];
        var labels = tensor(superpixels.Labels, ScalarType.Int64).to(frame.device);
        var pass = tensor(passOf, ScalarType.Int64).to(frame.device).index_select(0, labels).view(1, _options.Size, _options.Size);
        var x = (frame * S(2)) - S(1);
        var error = zeros_like(pass, ScalarType.Float32);
        for (int at = 0, passes = passOf.Max() + 1; at < passes; at += PassesAtOnce)
        {
            using var step = NewDisposeScope();
            var hidden = pass.eq(arange(S(at), S(Math.Min(at + PassesAtOnce, passes)), ScalarType.Int64, x.device).view(-1, 1, 1)).unsqueeze(1).to(ScalarType.Float32);
            error.add_(((Rebuild(x, hidden) - x).pow(S(2)).mean([1]) * hidden.squeeze(1)).sum([0]));
        }

        if (_options.Flatten)
        {
            var places = zeros(superpixels.Count, device: x.device).index_add(0, labels, ones_like(labels, ScalarType.Float32), S(1));
            var means = zeros(superpixels.Count, device: x.device).index_add(0, labels, error.flatten(), S(1)) / places;
            error = means.index_select(0, labels).view_as(error);
        }

        return error.MoveToOuterDisposeScope();
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

        return tensor(superpixels.Labels.Select(l => isHidden[l] ? 1f : 0f).ToArray(), [1, _options.Size, _options.Size]);
    }
}
