using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>
/// Park, Noh, Ham, "Learning memory-guided normality for anomaly detection", CVPR 2020, place by place: the map is the error of the frame as it
/// is rebuilt, or foretold from those before it, and the distance of each place to the nearest item of the memory, each in deviations of what it does
/// on normal frames.
/// </summary>
internal sealed class MnadMethod : AnomalyMethod
{
    /// <summary>Factors of the brightness under which deviations are taken.</summary>
    private static readonly double[] s_asTheyAre = [1], s_lights = [0.9, 1, 1.1];

    private readonly MnadOptions _options;
    private readonly MnadNetwork _network;

    public MnadMethod(MnadOptions options)
        : base(options)
    {
        _options = options;
        _network = new MnadNetwork(options);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>A step of Adam on the network, then the items follow the step's queries.</summary>
    public override double TrainStep(Tensor frames, double progress, Random random)
    {
        var (loss, queries) = LossAndQueries(frames);
        var value = Descend(_network, loss, progress);
        _network.Memory.Update(queries.detach());
        return value;
    }

    /// <summary>Mean squared error in [-1, 1] + compactness + separateness (eq. 8).</summary>
    public override Tensor Loss(Tensor frames, Random random) => LossAndQueries(frames).Loss;

    /// <summary>Share of the error and share of the distance, each divided by its deviation on normal frames.</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        var (error, distance) = Parts(frames, context);
        var deviations = _network.Deviations;
        return (S(_options.Balance) * error / deviations[0]).Plus(S(1 - _options.Balance) * distance / deviations[1]).MoveToOuterDisposeScope();
    }

    /// <summary>The map's maximum or mean. N.</summary>
    public override Tensor Score(Tensor map, InferenceContext context) => _options.Score == FrameScore.Mean ? map.mean([1, 2]) : base.Score(map, context);

    /// <summary>The judged frame as it is rebuilt, or foretold from those before it.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => context.Pass(frames)[0].Plus(1) / S(2);

    /// <summary>Takes the deviations of both parts over all places of all normal frames; for prediction also as they would be lighter and darker, as those of a video are of one hour.</summary>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var (context, deviations) = (Own, _network.Deviations);
        var (sum, squares) = (zeros(2, ScalarType.Float64, deviations.device), zeros(2, ScalarType.Float64, deviations.device));
        long count = 0;
        foreach (var frames in normals)
        {
            foreach (var gain in _options.Clip == 1 ? s_asTheyAre : s_lights)
            {
                using var step = NewDisposeScope();
                var (error, distance) = Parts(gain == 1 ? frames : (frames * S(gain)).clamp(S(0), S(1)), context);
                var parts = stack([error, distance]).flatten(1).to(ScalarType.Float64);
                sum.add_(parts.sum([1]), S(1));
                squares.add_((parts * parts).sum([1]), S(1));
                count += parts.shape[1];
            }
        }

        var mean = sum / S(count);
        deviations.copy_(((squares / S(count)) - (mean * mean)).clamp_min(S(0)).sqrt().Plus(1e-12));
    }

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (channels, planes, (width, height)) = (_options.Channels, _options.Input.Planes, _options.Size);
        var frames = graph.Input("frames", planes, height, width);
        var seen = _options.Clip == 1 ? frames : graph.Add("Slice", [frames, graph.Constant([0]), graph.Constant([planes - channels]), graph.Constant([1])]);
        var (reconstruction, distance) = _network.Write(graph, graph.Centre(seen));
        graph.Output("reconstruction", reconstruction, null, channels, height, width);
        graph.Output("distance", distance, null, height / 8, width / 8);
        var (one, other) = (_options.Balance / _network.Deviations[0].item<float>(), (1 - _options.Balance) / _network.Deviations[1].item<float>());
        return new OnnxReading(
            FormattableString.Invariant($"{one:G9} times the mean over the last {channels} channels of (frames - (reconstruction + 1) / 2)², plus {other:G9} times distance enlarged to {width} x {height} ")
            + "bilinearly with half-pixel centres" + OnnxReading.Smoothed(_options.Smoothing),
            _options.Score == FrameScore.Mean ? "the mean of the map" : "the maximum of the map");
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames)
    {
        var (channels, planes, (width, height)) = (_options.Channels, _options.Input.Planes, _options.Size);
        OnnxValue Planes(long first, long end) => graph.Add("Slice", [frames, graph.Constant([first]), graph.Constant([end]), graph.Constant([1L])]);
        var (reconstruction, distance) = _network.Write(graph, graph.Centre(_options.Clip == 1 ? frames : Planes(0, planes - channels)));
        var rebuilt = graph.Add("Mul", [graph.Add("Add", [reconstruction, graph.Constant(1f)]), graph.Constant(0.5f)]);
        var error = MeanFilter.Write(graph, SquaredDistance.Write(graph, _options.Clip == 1 ? frames : Planes(planes - channels, planes), rebuilt), _options.Smoothing);
        var enlarged = graph.Add("Squeeze", [graph.Resize(graph.Unsqueeze(distance), height, width), graph.Constant([1L])]);
        var (one, other) = ((float)(_options.Balance / _network.Deviations[0].item<float>()), (float)((1 - _options.Balance) / _network.Deviations[1].item<float>()));
        return graph.Add("Add", [graph.Add("Mul", [error, graph.Constant(one)]), graph.Add("Mul", [MeanFilter.Write(graph, enlarged, _options.Smoothing), graph.Constant(other)])]);
    }

    /// <inheritdoc/>
    public override OnnxValue WriteScore(OnnxGraph graph, OnnxValue map) =>
        _options.Score == FrameScore.Mean ? graph.Add("ReduceMean", [map], ("axes", new long[] { 1, 2 }), ("keepdims", 0L)) : base.WriteScore(graph, map);

    /// <summary>The reconstruction in [-1, 1] and each place's squared distance to the nearest item, N x H/8 x W/8.</summary>
    public override Tensor[] Forward(Tensor input)
    {
        var (reconstruction, queries) = _network.Rebuild((Seen(input) * S(2)) - S(1));
        return [reconstruction, _network.Memory.Distance(queries).view(-1, _options.Size.Height / 8, _options.Size.Width / 8)];
    }

    /// <summary>Squared error in [0, 1], averaged over channels, and squared distance to the nearest item, enlarged: each N x H x W, smoothed.</summary>
    private (Tensor Error, Tensor Distance) Parts(Tensor frames, InferenceContext context)
    {
        var results = context.Pass(frames);
        var error = SquaredDistance.Apply(Judged(frames), results[0].Plus(1) / S(2), context.Team);
        var distance = nn.functional.interpolate(results[1].unsqueeze(1), [_options.Size.Height, _options.Size.Width], mode: InterpolationMode.Bilinear, align_corners: false).squeeze(1);
        return (MeanFilter.Apply(error, _options.Smoothing, context.Team), MeanFilter.Apply(distance, _options.Smoothing, context.Team));
    }

    private (Tensor Loss, Tensor Queries) LossAndQueries(Tensor frames)
    {
        var (reconstruction, queries) = _network.Rebuild((Seen(frames) * S(2)) - S(1));
        var (compactness, separateness) = _network.Memory.Losses(queries);
        var loss = nn.functional.mse_loss(reconstruction, (Judged(frames) * S(2)) - S(1)).Plus(S(_options.Compactness) * compactness).Plus(S(_options.Separateness) * separateness);
        return (loss, queries);
    }

    /// <summary>What the network sees: for prediction the frames before the judged one.</summary>
    private Tensor Seen(Tensor frames) => _options.Clip == 1 ? frames : frames.narrow(1, 0, frames.shape[1] - _options.Channels);

    /// <summary>The frame that is judged, the last.</summary>
    private Tensor Judged(Tensor frames) => frames.narrow(1, frames.shape[1] - _options.Channels, _options.Channels);
}
