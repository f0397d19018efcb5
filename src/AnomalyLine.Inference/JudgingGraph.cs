using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>All of judging as one graph: from frames to map and score, what they are measured against included, so that nothing in between leaves the card (docs/adr/0064-judging-in-one-graph.md).</summary>
internal static class JudgingGraph
{
    /// <summary>Number of the output that is the map, N x H x W.</summary>
    public const int Map = 0;

    /// <summary>Number of the output that is the score, N: of the whole map, as for frames that fill their input.</summary>
    public const int Score = 1;

    /// <summary>Opens the graph of a network.</summary>
    /// <param name="network">In the form to judge with.</param>
    /// <param name="normal">What the map is measured against; null for the plain map.</param>
    /// <param name="options">Where it runs.</param>
    /// <param name="maxBatchSize">The largest batch that will come.</param>
    /// <returns>Null where the method's map has no form in a graph. The caller disposes it.</returns>
    /// <exception cref="EngineException">There is no card, or the provider refuses the graph.</exception>
    public static BoundSession? Open(InferenceNetwork network, PixelwiseNormalizer? normal, CardOptions options, int maxBatchSize)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var input = network.Input;
        var graph = new OnnxGraph();
        if (network.WriteMap(graph, graph.Input("frames", input.Planes, input.Height, input.Width)) is not { } map) return null;
        if (normal is not null) map = normal.WriteMeasure(graph, map);

        // A maximum may pass over what is not a number; a sum of zeros does not.
        var doubt = graph.Add("ReduceSum", [graph.Add("Mul", [map, graph.Constant(0f)]), graph.Constant(1, 2)], ("keepdims", 0L));
        graph.Output("map", map, null, input.Height, input.Width);
        graph.Output("score", graph.Add("Add", [network.WriteScore(graph, map), doubt]), [null]);
        return BoundSession.Open(graph.ToMessage("judging"), graph.Outputs, options, maxBatchSize);
    }
}
