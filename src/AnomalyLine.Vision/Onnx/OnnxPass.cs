using AnomalyLine.Vision.Methods;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace AnomalyLine.Vision.Onnx;

/// <summary>
/// A network's pass in ONNX Runtime, on the CPU: the graph that the method writes, with the weights that it holds now. Reads and writes the tensors' own memory. One thread at a time.
/// </summary>
internal sealed class OnnxPass : IDisposable
{
    private const string InputName = "frames";

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _outputs;
    private readonly long[][] _shapes;

    private OnnxPass(InferenceSession session, IReadOnlyList<string> outputs)
    {
        _session = session;
        _outputs = [.. outputs];
        _shapes = [.. outputs.Select(name => session.OutputMetadata[name].Dimensions.Select(size => (long)size).ToArray())];
    }

    /// <summary>Whether a failure of <see cref="Of"/> or of a pass says that ONNX Runtime cannot run this network, or is not there.</summary>
    public static bool CannotRun(Exception e) => e is OnnxRuntimeException or DllNotFoundException or TypeInitializationException or NotSupportedException;

    /// <summary>Of a method in the form to judge with.</summary>
    /// <param name="method">The method; it may be disposed afterwards.</param>
    /// <param name="threads">Threads of a pass, the caller's included. They sleep while they wait: spinning would take the cores from preparation and maps.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the graph.</exception>
    /// <exception cref="NotSupportedException">The pass has no form in ONNX.</exception>
    public static OnnxPass Of(AnomalyMethod method, int threads)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var outputs = method.WritePass(graph);
        using var file = new MemoryStream();
        OnnxFile.ToMessage(graph, "pass", "", new Dictionary<string, string>()).WriteTo(file);
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new OnnxPass(new InferenceSession(file.ToArray(), options), outputs);
    }

    /// <summary>One pass.</summary>
    /// <param name="input">N x … as the graph's input is declared, float32 on the CPU.</param>
    /// <returns>What <see cref="AnomalyMethod.WritePass"/> named, in its order.</returns>
    public Tensor[] Run(Tensor input)
    {
        // A tensor of its own, so that its memory lives until the pass is over.
        using var frames = input.contiguous();
        using var source = Wrap(frames);
        var results = _shapes.Select(shape => empty([frames.shape[0], .. shape.AsSpan(1)], ScalarType.Float32)).ToArray();
        var targets = results.Select(Wrap).ToArray();
        try
        {
            _session.Run(_run, [InputName], [source], _outputs, targets);
        }
        finally
        {
            foreach (var target in targets) target.Dispose();
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>The memory of a contiguous tensor, which is the engine's own and does not move; the tensor must outlive the value.</summary>
    private static unsafe OrtValue Wrap(Tensor tensor)
    {
        var bytes = tensor.bytes;
        fixed (byte* start = bytes)
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, tensor.shape, (nint)start, bytes.Length);
    }
}
