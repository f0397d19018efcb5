using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Losses;
using AnomalyLine.Learning.Masking;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>
/// Pirnay, Chai, "Inpainting transformer for anomaly detection", ICIAP 2022. Each patch of the frame is filled in from a window of patches around it
/// by attention alone, and compared with what was there.
/// </summary>
internal sealed class IntraMethod : AnomalyMethod
{
    /// <summary>Length of the range [0, 1] that the losses work in.</summary>
    private const double Range = 1;

    private static readonly long[] PatchesFirst = [0, 2, 4, 1, 3, 5];
    private static readonly long[] ChannelsFirst = [0, 3, 1, 4, 2, 5];

    private readonly IntraOptions _options;
    private readonly IntraNetwork _network;
    private readonly PatchWindows _windows;

    public IntraMethod(IntraOptions options)
        : base(options, passesAtOnce: 128)
    {
        _options = options;
        _network = new IntraNetwork(options);
        _windows = new PatchWindows(options.Columns, options.Rows, options.Window, options.Hidden);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>MSE + a (1 - GMS) + b (1 - SSIM) of the hidden patches of random windows (eq. 4 of the README).</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var patches = Cut(frames);
        var first = Enumerable.Range(0, (int)frames.shape[0] * _options.WindowsPerFrame).Select(i => (long)i / _options.WindowsPerFrame * _options.Patches).ToArray();
        var drawn = first.Select(offset => (Offset: offset, Window: _windows.Draw(random))).ToArray();
        var windows = tensor(drawn.SelectMany(d => d.Window.Patches.Select(p => d.Offset + p)).ToArray(), [drawn.Length, _options.Window * _options.Window]).to(frames.device);
        var hidden = tensor(drawn.SelectMany(d => d.Window.Places).ToArray(), [drawn.Length, _options.Hidden]).to(frames.device);
        var rebuilt = AsFrames(_network.call(_network.Embed(patches), windows, hidden));
        var x = AsFrames(patches.index_select(0, windows.gather(1, hidden).flatten()));
        return nn.functional.mse_loss(rebuilt, x)
            .Plus(S(_options.GradientWeight) * GradientMagnitudeSimilarity.Loss(x, rebuilt, Range, _options.PatchScales))
            .Plus(S(_options.StructureWeight) * StructuralSimilarity.Loss(x, rebuilt, Range));
    }

    /// <summary>Squared difference of the smoothed MSGMS distance and its mean over training frames (eq. 6-7 of the README).</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context) => (Distance(frames, context) - _network.NormalMap).pow(S(2));

    /// <inheritdoc/>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => context.Pass(frames)[0];

    /// <summary>The frames with each patch as the network fills it in.</summary>
    public override IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        var (channels, (width, height)) = (_options.Channels, _options.Size);
        graph.Output("reconstruction", WriteRebuild(graph, graph.Input("frames", channels, height, width)), null, channels, height, width);
        return graph.Outputs;
    }

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        WritePass(graph);
        graph.Output("normal_map", graph.Constant(_network.NormalMap), _options.Size.Height, _options.Size.Width);
        return new OnnxReading($"{GradientMagnitudeSimilarity.Words(_options.Scales)}{OnnxReading.Smoothed(_options.Smoothing)}, then (map - normal_map)²");
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames)
    {
        var distance = GradientMagnitudeSimilarity.WriteDistance(
            graph, frames, WriteRebuild(graph, frames), _options.Channels, (_options.Size.Height, _options.Size.Width), _options.Scales);
        var difference = graph.Add("Sub", [MeanFilter.Write(graph, distance, _options.Smoothing), graph.Constant(_network.NormalMap)]);
        return graph.Add("Mul", [difference, difference]);
    }

    /// <summary>The reconstruction; as many frames at once as <see cref="Inference.Networks.InferenceNetwork.PassesAtOnce"/> allows.</summary>
    public override Tensor[] Forward(Tensor input) => [Rebuild(input)];

    /// <summary>The mean smoothed distance of normal frames.</summary>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var context = Own;
        var sum = zeros_like(_network.NormalMap);
        long count = 0;
        foreach (var frames in normals)
        {
            using var step = NewDisposeScope();
            sum.add_(Distance(frames, context).sum([0]), S(1));
            count += frames.shape[0];
        }

        _network.NormalMap.copy_(sum / S(count));
    }

    /// <summary>The frames with each patch as the network fills it in: every patch is embedded once, then all windows of all frames, in batches.</summary>
    internal Tensor Rebuild(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var (device, count) = (frames.device, frames.shape[0]);
        var tokens = _network.Embed(Cut(frames));
        var number = arange(S(0), S(count), S(1), device: device);
        var windows = tensor(_windows.Patches).to(device).unsqueeze(0).Plus((number * S(_options.Patches)).unsqueeze(1)).view(-1, _options.Window * _options.Window);
        var hidden = tensor(_windows.Places, [_windows.Count, _windows.Hidden]).to(device).repeat(count, 1);
        var predicted = cat([.. windows.split(PassesAtOnce).Zip(hidden.split(PassesAtOnce), (w, h) => _network.call(tokens, w, h))]).flatten(0, 1);
        var source = tensor(_windows.Source).to(device).unsqueeze(0).Plus((number * S(_windows.Places.Length)).unsqueeze(1)).flatten();
        return Assemble(predicted.index_select(0, source)).MoveToOuterDisposeScope();
    }

    private Tensor Distance(Tensor frames, InferenceContext context)
    {
        var atOnce = Math.Max(1, PassesAtOnce / _windows.Count);
        var rebuilt = context.BoundsMemory || frames.shape[0] <= atOnce ? context.Pass(frames)[0] : cat([.. frames.split(atOnce).Select(part => context.Pass(part)[0])]);
        return MeanFilter.Apply(GradientMagnitudeSimilarity.Distance(frames, rebuilt, Range, _options.Scales, context.Team), _options.Smoothing, context.Team);
    }

    /// <summary>The same as <see cref="Rebuild"/>, in parts of <see cref="Inference.Networks.InferenceNetwork.PassesAtOnce"/> windows of each frame.</summary>
    private OnnxValue WriteRebuild(OnnxGraph graph, OnnxValue frames)
    {
        var (c, rows, columns, side) = (_options.Channels, _options.Rows, _options.Columns, _options.Patch);
        var cut = graph.Add("Transpose", [graph.Add("Reshape", [frames, graph.Constant(0, c, rows, side, columns, side)])], ("perm", PatchesFirst));
        var tokens = _network.WriteEmbedding(graph, graph.Add("Reshape", [cut, graph.Constant(0, rows * columns, c * side * side)]));
        var patches = _windows.Patches.Chunk(PassesAtOnce * _options.Window * _options.Window);
        OnnxValue[] parts = [.. patches.Zip(_windows.Places.Chunk(PassesAtOnce * _windows.Hidden), (part, hidden) => _network.Write(graph, tokens, part, hidden))];
        var predicted = graph.Add("Gather", [parts.Length == 1 ? parts[0] : graph.Add("Concat", parts, ("axis", 1L)), graph.Constant(_windows.Source)], ("axis", 1L));
        var grown = graph.Add("Transpose", [graph.Add("Reshape", [predicted, graph.Constant(0, rows, columns, c, side, side)])], ("perm", ChannelsFirst));
        return graph.Add("Reshape", [grown, graph.Constant(0, c, _options.Size.Height, _options.Size.Width)]);
    }

    /// <summary>N x C x H x W to (N P) x (C K K), P the patches of a frame, row by row.</summary>
    private Tensor Cut(Tensor frames)
    {
        var (n, c, rows, columns, side) = (frames.shape[0], frames.shape[1], _options.Rows, _options.Columns, _options.Patch);
        return frames.reshape(n, c, rows, side, columns, side).permute(0, 2, 4, 1, 3, 5).reshape(n * rows * columns, c * side * side);
    }

    /// <summary>The reverse of <see cref="Cut"/>.</summary>
    private Tensor Assemble(Tensor patches)
    {
        var (c, side) = (_options.Channels, _options.Patch);
        return patches.view(-1, _options.Rows, _options.Columns, c, side, side).permute(0, 3, 1, 4, 2, 5).reshape(-1, c, _options.Size.Height, _options.Size.Width);
    }

    private Tensor AsFrames(Tensor patches) => patches.view(-1, _options.Channels, _options.Patch, _options.Patch);
}
