using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Card;
using AnomalyLine.Inference.Onnx;

namespace AnomalyLine.Benchmarks.Card;

/// <summary>What a card multiplies at most, by products of large matrices in float32.</summary>
internal static class CardPeak
{
    /// <summary>Products one after another, so that copies do not count.</summary>
    private const int Products = 8;

    /// <summary>TFLOP/s, the best of several runs; a multiplication and an addition are two.</summary>
    public static double Measure(CardOptions card, double seconds)
    {
        var side = card.Provider == CardProvider.Cpu ? 512 : 4096;
        var random = new Random(1);
        var graph = new OnnxGraph();
        var value = graph.Input("rows", [null, side]);
        var weights = graph.Constant([.. Enumerable.Range(0, side * side).Select(_ => (random.NextSingle() - 0.5f) / MathF.Sqrt(side))], side, side);
        for (var i = 0; i < Products; i++) value = graph.Add("MatMul", [value, weights]);
        graph.Output("highest", graph.Add("ReduceMax", [value], ("axes", new long[] { 1 }), ("keepdims", 0L)), [null]);
        using var session = BoundSession.Open(graph.ToMessage("peak"), graph.Outputs, card, side);
        session.Input(side).Fill(1);
        session.Run(side);
        var least = double.PositiveInfinity;
        for (var spent = 0.0; spent < seconds;)
        {
            var before = CardTimes.Compute;
            session.Run(side);
            var took = (CardTimes.Compute - before).TotalSeconds;
            (least, spent) = (Math.Min(least, took), spent + took);
        }

        return 2.0 * Products * side * side * side / least / 1e12;
    }
}
