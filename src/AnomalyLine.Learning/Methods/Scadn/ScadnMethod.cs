using System.Numerics;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Masking;
using TorchSharp;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>
/// Yan, Zhang, Xu, Hu, Heng, "Learning semantic context from normal samples for unsupervised anomaly detection", AAAI 2021. Half of the frame is
/// hidden by bars of several widths and filled in by a generator that is trained against a discriminator. Only the generator judges, so only it is saved.
/// </summary>
internal sealed class ScadnMethod : AnomalyMethod
{
    /// <summary>Weight of the error in hidden places beside that in visible ones.</summary>
    private const double HiddenWeight = 4;

    private readonly ScadnOptions _options;
    private readonly ScadnGenerator _generator;
    private readonly Tensor[] _masks;

    public ScadnMethod(ScadnOptions options)
        : base(options, passesAtOnce: 16)
    {
        _options = options;
        _generator = new ScadnGenerator(options.Channels, options.Width, options.Blocks);
        Discriminator = new ScadnDiscriminator(options.Channels, options.Width);
        _masks = [.. options.Cycles.Select(cycles => Stripes.Of(options.Size, cycles).DetachFromDisposeScope())];
    }

    /// <inheritdoc/>
    public override nn.Module Network => _generator;

    /// <summary>The generator's opponent.</summary>
    internal ScadnDiscriminator Discriminator { get; }

    /// <inheritdoc/>
    public override nn.Module Opponent => Discriminator;

    /// <summary>The discriminator descends on the mean of its two cross entropies (eq. 3 of the README), then the generator on its own loss.</summary>
    public override double TrainStep(Tensor frames, double progress, Random random)
    {
        Discriminator.to(frames.device);
        var (hidden, rebuilt) = Rebuild(frames, random);
        var judging = Discriminator.Loss(frames, areReal: true).Plus(Discriminator.Loss(rebuilt.detach(), areReal: false)) / S(2);
        Descend(Discriminator, judging, progress, _options.DiscriminatorRate, 0, 0.9);
        return Descend(_generator, Loss(frames, hidden, rebuilt), progress, 1, 0, 0.9);
    }

    /// <summary>The generator's loss.</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var (hidden, rebuilt) = Rebuild(frames, random);
        return Loss(frames, hidden, rebuilt);
    }

    /// <summary>Squared error where it was hidden, at its worst over a scale's masks (eq. 4 of the README), the scales fused (eq. 5), smoothed.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        var maps = stack(_masks.Select(masks => Judge(frames, masks, context)).ToArray());
        if (_options.Fusion == ScaleFusion.Mean) return MeanFilter.Apply(maps.mean([0]), _options.Smoothing, context.Team);
        var usual = _generator.NormalErrors.index_select(0, tensor(_options.Cycles.Select(c => (long)BitOperations.Log2((uint)c)).ToArray()).to(frames.device));
        var scale = (maps.mean([2, 3]) - usual.unsqueeze(1)).argmax(0);
        return MeanFilter.Apply(maps.gather(0, scale.view(1, -1, 1, 1).expand(1, -1, _options.Size.Height, _options.Size.Width)).squeeze(0), _options.Smoothing, context.Team);
    }

    /// <summary>The mean over scales of what the two masks that hide a place make of it.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var sum = zeros_like(frames);
        foreach (var masks in _masks)
        {
            var (rebuilt, hidden) = Fill(frames, masks, context);
            sum.add_((rebuilt * hidden).sum([0]) / hidden.sum([0]), S(1));
        }

        return (sum / S(_masks.Length)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean error of each scale on normal frames.</summary>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        var (context, sums) = (Own, new double[_masks.Length]);
        long count = 0;
        foreach (var frames in normals)
        {
            using var scope = NewDisposeScope();
            for (var i = 0; i < sums.Length; i++) sums[i] += Judge(frames, _masks[i], context).mean().item<float>() * frames.shape[0];
            count += frames.shape[0];
        }

        for (var i = 0; i < sums.Length; i++) _generator.NormalErrors[BitOperations.Log2((uint)_options.Cycles[i])] = (float)(sums[i] / count);
    }

    /// <summary>The map's mean or maximum. N.</summary>
    public override Tensor Score(Tensor map, InferenceContext context) => _options.Score == FrameScore.Mean ? map.mean([1, 2]) : base.Score(map, context);

    /// <summary>The generator over masked frames in [0, 1].</summary>
    public override IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        var (width, height) = _options.Size;
        graph.Output("reconstruction", _generator.Write(graph, graph.Input("frames", _options.Channels, height, width)), null, _options.Channels, height, width);
        return graph.Outputs;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var mask in _masks) mask.Dispose();
        Discriminator.Dispose();
        base.Dispose();
    }

    /// <summary>A random mask of a random scale for each frame, and what the generator makes of the frames.</summary>
    private (Tensor Hidden, Tensor Rebuilt) Rebuild(Tensor frames, Random random)
    {
        var hidden = stack(frames.split(1).Select(_ => _masks[random.Next(_masks.Length)][random.Next(Stripes.Count)]).ToArray()).to(frames.device);
        return (hidden, _generator.call(Hide(frames, hidden)));
    }

    /// <summary>(MSE visible + 4 MSE hidden) / mean(m) + w BCE(D(rebuilt), real) (eq. 2 of the README).</summary>
    private Tensor Loss(Tensor frames, Tensor hidden, Tensor rebuilt)
    {
        var error = (rebuilt - frames).pow(S(2));
        var reconstruction = (error * OneMinus(hidden)).mean().Plus(S(HiddenWeight) * (error * hidden).mean()) / hidden.mean();
        return reconstruction.Plus(S(_options.AdversarialWeight) * Discriminator.Loss(rebuilt, areReal: true));
    }

    /// <summary>N x H x W in [0, 1]: the larger of the errors of the two masks of a scale that hide a place.</summary>
    private Tensor Judge(Tensor frames, Tensor masks, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var (rebuilt, hidden) = Fill(frames, masks, context);
        return ((rebuilt - frames).pow(S(2)).mean([2]) * hidden.squeeze(2)).amax([0]).MoveToOuterDisposeScope();
    }

    /// <summary>What the generator makes of the frames under each mask of a scale, 4 x N x C x H x W, and what the masks hide, 4 x 1 x 1 x H x W.</summary>
    private (Tensor Rebuilt, Tensor Hidden) Fill(Tensor frames, Tensor masks, InferenceContext context)
    {
        var hidden = masks.to(frames.device).unsqueeze(1);
        var masked = Hide(frames.unsqueeze(0), hidden).flatten(0, 1);
        var rebuilt = cat(masked.split(PassesAtOnce).Select(part => context.Pass(part)[0]).ToArray());
        return (rebuilt.view(Stripes.Count, -1, frames.shape[1], _options.Size.Height, _options.Size.Width), hidden);
    }

    /// <summary>Hidden places become white, as in the authors' code.</summary>
    private static Tensor Hide(Tensor frames, Tensor hidden) => (frames * OneMinus(hidden)).Plus(hidden);
}
