using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>1 - a·b / (|a| |b|), 0..2: how far the directions of two rows of numbers are apart, whatever their lengths.</summary>
internal static class CosineDistance
{
    /// <summary>Least product of the squared lengths, so that rows of zeros have a distance: 1.</summary>
    private const double Least = 1e-12;

    /// <summary>The channels of each place against each other: twice N x C x h x w to N x h x w, at least 0.</summary>
    public static Tensor OfPlaces(Tensor one, Tensor other) => Of(one, other).clamp_min(S(0));

    /// <summary>All numbers of a frame as one row each: twice N x C x h x w to the mean over the frames, a scalar.</summary>
    public static Tensor OfFrames(Tensor one, Tensor other) => Of(one.flatten(1), other.flatten(1)).mean();

    /// <summary>The same as <see cref="OfPlaces"/>.</summary>
    public static OnnxValue WriteOfPlaces(OnnxGraph graph, OnnxValue one, OnnxValue other)
    {
        OnnxValue Product(OnnxValue a, OnnxValue b) => graph.Add("ReduceSum", [graph.Add("Mul", [a, b]), graph.Constant([1L])], ("keepdims", 0L));
        var lengths = graph.Add("Max", [graph.Add("Mul", [Product(one, one), Product(other, other)]), graph.Constant((float)Least)]);
        var cosine = graph.Add("Div", [Product(one, other), graph.Add("Sqrt", [lengths])]);
        return graph.Add("Relu", [graph.Add("Sub", [graph.Constant(1f), cosine])]);
    }

    /// <summary>Along the second axis.</summary>
    private static Tensor Of(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        static Tensor Product(Tensor a, Tensor b) => (a * b).sum([1]);
        var lengths = (Product(one, one) * Product(other, other)).clamp_min(S(Least)).sqrt();
        return OneMinus(Product(one, other) / lengths).MoveToOuterDisposeScope();
    }
}
