using System.Numerics;
using System.Runtime.InteropServices;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>The passes of a network on a card, for methods whose map has no form in a graph: outputs come back after each pass, and maps are computed here. One caller at a time.</summary>
internal sealed class CardBackend : IInferenceBackend
{
    /// <summary>Most inputs that go over at once: bounds the card's memory, and the sizes that it sees are the powers of two up to it.</summary>
    private const int AtOnce = 32;

    private readonly BoundSession _session;
    private readonly int _outputs;

    private CardBackend(BoundSession session, int outputs) => (_session, _outputs) = (session, outputs);

    /// <summary>No: a pass of many inputs is cut into parts, but its outputs are all kept.</summary>
    public bool BoundsMemory => false;

    /// <summary>Of a network in the form to judge with; it may be disposed afterwards.</summary>
    /// <exception cref="EngineException">There is no card, or the provider refuses the graph.</exception>
    /// <exception cref="NotSupportedException">The pass has no form in ONNX.</exception>
    public static CardBackend Of(InferenceNetwork network, CardOptions options)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var outputs = network.WritePass(graph);
        return new CardBackend(BoundSession.Open(graph.ToMessage("pass"), outputs, options, AtOnce), outputs.Count);
    }

    /// <inheritdoc/>
    public Tensor[] Run(Tensor input, ThreadTeam team)
    {
        using var inputs = input.contiguous();
        var count = (int)inputs.shape[0];
        var results = Enumerable.Range(0, _outputs).Select(i => empty([count, .. _session.ShapeOf(1, i).AsSpan(1)], ScalarType.Float32)).ToArray();
        for (var first = 0; first < count; first += AtOnce)
        {
            var part = Math.Min(AtOnce, count - first);
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)part);
            Part(inputs, first, part).CopyTo(_session.Input(size));
            _session.Run(size);
            for (var i = 0; i < _outputs; i++)
            {
                var target = Part(results[i], first, part);
                _session.Output(size, i)[..target.Length].CopyTo(target);
            }
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static Span<float> Part(Tensor tensor, int first, int count)
    {
        var values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        var each = values.Length / (int)tensor.shape[0];
        return values.Slice(first * each, count * each);
    }
}
