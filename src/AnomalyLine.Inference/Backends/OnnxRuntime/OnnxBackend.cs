using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Onnx.Messages;
using AnomalyLine.Inference.Threading;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace AnomalyLine.Inference.Backends.OnnxRuntime;

/// <summary>
/// A network's pass in ONNX Runtime, on the CPU: the graph that the method writes, with the weights that it holds now. Reads and writes the tensors' own memory. One caller at a time.
/// A lone input is computed by all threads together; of several each thread of the <see cref="ThreadTeam"/> computes its own, so that none waits for another at each layer (docs/adr/0033-a-crew-for-a-batch.md).
/// </summary>
internal sealed class OnnxBackend : IInferenceBackend
{
    /// <summary>What the graph's input is called.</summary>
    public const string InputName = "frames";

    /// <summary>How long a thread that waits for the others looks for work before it sleeps: most layers follow one another sooner than a thread wakes up.</summary>
    private const string SpinMicroseconds = "20";

    private readonly InferenceSession _together;
    private readonly InferenceSession? _alone;
    private readonly RunOptions _run = new();
    private readonly string[] _outputs;
    private readonly long[][] _shapes;

    private OnnxBackend(byte[] graph, IReadOnlyList<string> outputs, int threads)
    {
        _together = Open(graph, threads);
        if (threads > 1) _alone = Open(graph, 1);
        _outputs = [.. outputs];
        _shapes = [.. outputs.Select(name => _together.OutputMetadata[name].Dimensions.Select(size => (long)size).ToArray())];
    }

    /// <summary>Whether a failure of making one or of a pass says that ONNX Runtime cannot run this network, or is not there.</summary>
    public static bool CannotRun(Exception e) => e is OnnxRuntimeException or DllNotFoundException or TypeInitializationException or NotSupportedException;

    /// <summary>Of a network in the form to judge with.</summary>
    /// <param name="network">The network; it may be disposed afterwards.</param>
    /// <param name="threads">Threads of a pass, the caller's included. They soon sleep while they wait: spinning would take the cores from preparation and maps, and from other models.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the graph.</exception>
    /// <exception cref="NotSupportedException">The pass has no form in ONNX.</exception>
    public static OnnxBackend Of(InferenceNetwork network, int threads)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var outputs = network.WritePass(graph);
        return Of(graph.ToMessage("pass"), outputs, threads);
    }

    /// <summary>Of a graph whose input is <see cref="InputName"/>.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="outputs">Its outputs, in the order of the results.</param>
    /// <param name="threads">As above.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the graph.</exception>
    public static OnnxBackend Of(GraphProto graph, IReadOnlyList<string> outputs, int threads) =>
        new(OnnxGraph.ToModel(graph, "", new Dictionary<string, string>()).ToByteArray(), outputs, threads);

    /// <summary>The shapes of a graph's outputs for an input of a shape, found by running it once on zeros.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the graph, or the shape.</exception>
    public static IReadOnlyList<long[]> ShapesOf(GraphProto graph, IReadOnlyList<string> outputs, long[] input)
    {
        using var session = Open(OnnxGraph.ToModel(graph, "", new Dictionary<string, string>()).ToByteArray(), 1);
        using var run = new RunOptions();
        using var zeros = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, input);
        zeros.GetTensorMutableDataAsSpan<float>().Clear();
        using var results = session.Run(run, [InputName], [zeros], outputs);
        return [.. results.Select(r => r.GetTensorTypeAndShape().Shape)];
    }

    /// <summary>No: the graph takes all inputs at once.</summary>
    public bool BoundsMemory => false;

    /// <inheritdoc/>
    public Tensor[] Run(Tensor input, ThreadTeam team)
    {
        // A tensor of its own, so that its memory lives until the pass is over.
        using var frames = input.contiguous();
        var count = (int)frames.shape[0];
        var results = _shapes.Select(shape => empty([count, .. shape.AsSpan(1)], ScalarType.Float32)).ToArray();
        if (_alone is { } alone && IsShared(count, team.Size)) team.ForEach(count, i => Compute(alone, frames, results, i, 1));
        else Compute(_together, frames, results, 0, count);
        return results;
    }

    /// <summary>Whether each thread takes inputs of its own: where there are several of both, and enough inputs to keep half of the threads busy.</summary>
    internal static bool IsShared(int inputs, int threads) => inputs > 1 && threads > 1 && 2 * inputs >= threads;

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _alone?.Dispose();
        _together.Dispose();
    }

    private static InferenceSession Open(byte[] graph, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "1");
        options.AddSessionConfigEntry("session.intra_op.spin_duration_us", SpinMicroseconds);
        return new InferenceSession(graph, options);
    }

    /// <summary>Some of the inputs, one behind the other.</summary>
    private void Compute(InferenceSession session, Tensor frames, Tensor[] results, int first, int count)
    {
        using var source = Wrap(frames, first, count);
        var targets = results.Select(result => Wrap(result, first, count)).ToArray();
        try
        {
            session.Run(_run, [InputName], [source], _outputs, targets);
        }
        finally
        {
            foreach (var target in targets) target.Dispose();
        }
    }

    /// <summary>The memory of a part of a contiguous tensor, which is the engine's own and does not move; the tensor must outlive the value.</summary>
    private static unsafe OrtValue Wrap(Tensor tensor, int first, int count)
    {
        var bytes = tensor.bytes;
        var each = bytes.Length / (int)tensor.shape[0];
        fixed (byte* start = bytes[(first * each)..])
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [count, .. tensor.shape.AsSpan(1)], (nint)start, count * each);
    }
}
