using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>A method that knows each place of the frame by the features of all layers there, and learns at once, in closed form or by remembering.</summary>
internal abstract class PlaceMethod : FeatureMethod
{
    /// <summary>Features of no length stay as they are.</summary>
    private const double LeastSquaredLength = 1e-12;

    private readonly bool _unitLength;

    /// <inheritdoc cref="FeatureMethod(FeatureOptions, Backbone?)"/>
    protected PlaceMethod(PlaceOptions options, Backbone? backbone)
        : base(options, backbone) => _unitLength = options.UnitLength;

    /// <summary>K: the features of a place.</summary>
    protected int Channels => Shapes.Sum(s => s.Channels);

    /// <summary>All layers as one, N x K x h x w on the grid of the first: the others brought to it by bilinear interpolation, each then of unit length where the options ask for it.</summary>
    protected Tensor Join(IReadOnlyList<Tensor> features)
    {
        Tensor[] brought = [.. features.Select(f => Unit(FeatureMap.Resize(f, Shapes[0].Height, Shapes[0].Width)))];
        return brought.Length == 1 ? brought[0] : cat(brought, 1);
    }

    /// <summary>The same as <see cref="Join"/>.</summary>
    protected OnnxValue WriteJoin(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        OnnxValue[] brought = [.. features.Zip(Shapes, (f, s) =>
            WriteUnit(graph, s.Height == Shapes[0].Height && s.Width == Shapes[0].Width ? f : graph.Resize(f, Shapes[0].Height, Shapes[0].Width)))];
        return brought.Length == 1 ? brought[0] : graph.Add("Concat", brought, ("axis", 1L));
    }

    private Tensor Unit(Tensor layer) => _unitLength ? layer / (layer * layer).sum([1], keepdim: true).clamp_min(S(LeastSquaredLength)).sqrt() : layer;

    /// <summary>The same as <see cref="Unit"/>.</summary>
    private OnnxValue WriteUnit(OnnxGraph graph, OnnxValue layer)
    {
        if (!_unitLength) return layer;
        var squares = graph.Add("ReduceSum", [graph.Add("Mul", [layer, layer]), graph.Constant([1L])], ("keepdims", 1L));
        return graph.Add("Div", [layer, graph.Add("Sqrt", [graph.Add("Max", [squares, graph.Constant((float)LeastSquaredLength)])])]);
    }
}
