using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>
/// A method that judges what a pretrained network sees in a frame. The network is fixed: what a method learns from are features, N x L, the layers of a frame one behind the other, which are computed
/// once a frame. <see cref="AnomalyMethod.TrainStep"/>, <see cref="AnomalyMethod.Loss"/> and <see cref="AnomalyMethod.Complete"/> take those in place of frames.
/// </summary>
internal abstract class FeatureMethod : AnomalyMethod
{
    private readonly FeatureOptions _options;
    private readonly BackbonePass _features;
    private readonly FeatureMap _map;

    /// <summary>With validated options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="backbone">The network that the model file holds; null for the one of this machine that the options name.</param>
    /// <exception cref="BackboneException">There is no such network, or it does not run on such frames.</exception>
    protected FeatureMethod(FeatureOptions options, Backbone? backbone)
        : base(options)
    {
        _options = options;
        Backbone = backbone ?? BackboneLibrary.Get(options.Backbone);
        _features = BackbonePass.Of(Backbone, options.Channels, options.Size.Height, options.Size.Width, options.Layers);
        _map = new FeatureMap(options.Size, options.Sigma);
    }

    /// <inheritdoc/>
    public sealed override Backbone Backbone { get; }

    /// <inheritdoc/>
    public sealed override (int Views, long CacheBytes)? Encoding => (_options.Views, _options.CacheMegabytes * 1024L * 1024);

    /// <summary>Shapes of the layers, in their order.</summary>
    protected IReadOnlyList<FeatureShape> Shapes => _features.Shapes;

    /// <inheritdoc/>
    public sealed override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var features = context.Encode(this, frames);
        return MapOfEncoded(features, context);
    }

    /// <inheritdoc/>
    public sealed override Tensor MapOfEncoded(Tensor encoded, InferenceContext context) => context.Pass(encoded)[0];

    /// <summary>Features are rebuilt, if anything, but no picture.</summary>
    public sealed override Tensor? Reconstruct(Tensor frames, InferenceContext context) => null;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        Output(graph, WriteMapOfEncoded(graph, graph.Input(OnnxBackend.InputName, null, _features.Length)));
        return graph.Outputs;
    }

    /// <inheritdoc/>
    public sealed override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        Output(graph, WriteMap(graph, graph.Input(OnnxBackend.InputName, _options.Channels, _options.Size.Height, _options.Size.Width))!.Value);
        return new OnnxReading(FeatureMap.Words);
    }

    /// <inheritdoc/>
    public sealed override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames) => WriteMapOfEncoded(graph, _features.Write(graph, frames));

    /// <summary>How far features are from normal at the places of a few grids.</summary>
    /// <param name="features">For each layer N x C x h x w, in the order of <see cref="Shapes"/>.</param>
    /// <returns>Each N x h x w of a grid of its own, at least 0.</returns>
    protected abstract IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features);

    /// <summary>The same as <see cref="Distances"/>.</summary>
    protected abstract IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features);

    /// <inheritdoc/>
    public sealed override Tensor Encode(Tensor frames, ThreadTeam team)
    {
        using var here = frames.cpu();
        return _features.Run(here, team).to(frames.device);
    }

    /// <inheritdoc/>
    public sealed override Tensor[] Forward(Tensor input) => [_map.Apply(Distances(Split(input)))];

    /// <summary>Encoded frames, N x L, as layers: for each N x C x h x w.</summary>
    protected Tensor[] Split(Tensor encoded)
    {
        var layers = new Tensor[Shapes.Count];
        var at = 0;
        foreach (var (i, shape) in Shapes.Index())
        {
            layers[i] = encoded.narrow(1, at, shape.Length).view(-1, shape.Channels, shape.Height, shape.Width);
            at += shape.Length;
        }

        return layers;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _features.Dispose();
        base.Dispose();
    }

    private void Output(OnnxGraph graph, OnnxValue map) => graph.Output("anomaly_map", map, null, _options.Size.Height, _options.Size.Width);

    private OnnxValue WriteMapOfEncoded(OnnxGraph graph, OnnxValue encoded)
    {
        var features = new OnnxValue[Shapes.Count];
        var at = 0L;
        foreach (var (i, shape) in Shapes.Index())
        {
            var row = Shapes.Count == 1 ? encoded : graph.Add("Slice", [encoded, graph.Constant([at]), graph.Constant([at + shape.Length]), graph.Constant([1L])]);
            features[i] = graph.Add("Reshape", [row, graph.Constant(-1, shape.Channels, shape.Height, shape.Width)]);
            at += shape.Length;
        }

        return _map.Write(graph, WriteDistances(graph, features));
    }
}
