using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods.Features;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Padim;

/// <summary>
/// Defard, Setkov, Loesch, Audigier, "PaDiM: a patch distribution modeling framework for anomaly detection and localization", ICPR 2020: a Gaussian of pretrained features for each place of the frame, and
/// the Mahalanobis distance to it. Closed form: one pass over the frames, and further frames can be added.
/// </summary>
internal sealed class PadimMethod : PlaceMethod
{
    /// <summary>Frames whose features are added at once: each time all covariances pass through memory.</summary>
    private const int AtOnce = 128;

    private readonly PadimOptions _options;
    private readonly PadimNetwork _network;

    public PadimMethod(PadimOptions options, Backbone? backbone)
        : base(options, backbone)
    {
        _options = options;
        _network = new PadimNetwork(Places, Channels, Math.Min(Channels, options.Dimensions));
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    private int Places => Shapes[0].Height * Shapes[0].Width;

    /// <inheritdoc/>
    public override void Complete(IEnumerable<Tensor> normals)
    {
        using var scope = NewDisposeScope();
        var seen = _network.Seen();
        var waiting = new List<Tensor>();
        void Add()
        {
            if (waiting.Count == 0) return;
            using var all = cat(waiting, 1);
            seen.Add(all);
            foreach (var rows in waiting) rows.Dispose();
            waiting.Clear();
        }

        foreach (var batch in normals)
        {
            waiting.Add(Rows(Split(batch)));
            if (waiting.Sum(rows => rows.shape[1]) >= AtOnce) Add();
        }

        Add();
        _network.Take(seen);
        _network.Factorise(_options.Epsilon);
    }

    /// <inheritdoc/>
    public override void ReadWeights(ReadOnlySpan<byte> file)
    {
        base.ReadWeights(file);
        using var guard = no_grad();
        _network.Factorise(_options.Epsilon);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> Distances(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var white = (Rows(features) - _network.Mean.unsqueeze(1)).bmm(_network.Whitening);
        return [(white * white).sum([-1]).sqrt().t().reshape(-1, Shapes[0].Height, Shapes[0].Width).MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<OnnxValue> WriteDistances(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        var used = graph.Add("Gather", [graph.ToRows(WriteJoin(graph, features)), graph.Constant(_network.Dimensions.data<long>().ToArray())], ("axis", 3L));
        var rows = graph.Add("Reshape", [used, graph.Constant(-1, Places, 1, _network.Dimensions.shape[0])]);
        var centred = graph.Add("Sub", [rows, graph.Constant(_network.Mean.unsqueeze(1))]);
        var white = graph.Add("MatMul", [centred, graph.Constant(_network.Whitening)]);
        var squares = graph.Add("ReduceSum", [graph.Add("Mul", [white, white]), graph.Constant([-1L])], ("keepdims", 0L));
        return [graph.Add("Reshape", [graph.Add("Sqrt", [squares]), graph.Constant(-1, Shapes[0].Height, Shapes[0].Width)])];
    }

    /// <summary>The features that are used, P x N x d.</summary>
    private Tensor Rows(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        return Join(features).index_select(1, _network.Dimensions).flatten(2).permute(2, 0, 1).contiguous().MoveToOuterDisposeScope();
    }
}
