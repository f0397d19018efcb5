using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Onnx.Messages;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>
/// A graph on a card, or by the same path on the processor: its input and outputs are bound, for each size of a batch once, to memory that stays where it is. A batch is written
/// to <see cref="Input"/>, <see cref="Run"/> copies it over, computes, and copies the outputs back, which are all that comes back (docs/adr/0064-judging-in-one-graph.md). One thread at a time.
/// </summary>
internal sealed class BoundSession : IDisposable
{
    private readonly CardOptions _options;
    private readonly CardPlace? _place;
    private readonly InferenceSession _session;
    private readonly OrtMemoryInfo _memory;
    private readonly string _input;
    private readonly string[] _outputs;
    private readonly long[][] _shapes;
    private readonly Dictionary<int, Batch> _batches = [];

    private BoundSession(byte[] graph, string input, IReadOnlyList<string> outputs, CardOptions options, int maxBatchSize, CardPlace? place)
    {
        (_options, _place, _input, _outputs) = (options, place, input, [.. outputs]);
        using var session = Options(options, place?.Device, maxBatchSize, graph, input);
        _session = new InferenceSession(graph, session);
        _memory = BoundMemory.Describe(place?.Device);
        _shapes = [.. _outputs.Select(name => _session.OutputMetadata[name].Dimensions.Select(size => (long)size).ToArray()).Prepend([.. _session.InputMetadata[input].Dimensions.Select(size => (long)size)])];
    }

    /// <summary>The card's number; null for the processor.</summary>
    public int? Device => _place?.Device;

    /// <summary>What all batches have taken together so far.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Opens a graph by the provider that the options name.</summary>
    /// <param name="graph">Its one input and its outputs are float32 of a known shape, but for N, their first size.</param>
    /// <param name="outputs">Its outputs, in the order of <see cref="Output"/>.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="maxBatchSize">The largest batch that will come, for TensorRT's plans.</param>
    /// <exception cref="EngineException">There is no card, something for it is missing, or the provider refuses the graph; says which.</exception>
    public static BoundSession Open(GraphProto graph, IReadOnlyList<string> outputs, CardOptions options, int maxBatchSize)
    {
        if (LackOf(options) is { } lack) throw new EngineException(lack);
        var place = options.Provider == CardProvider.Cpu ? null : new CardPlace(options.DeviceNumbers);
        try
        {
            var bytes = OnnxGraph.ToModel(graph, "", new Dictionary<string, string>()).ToByteArray();
            return new BoundSession(bytes, graph.Input[0].Name, outputs, options, maxBatchSize, place);
        }
        catch (Exception e)
        {
            place?.Dispose();
            if (e is OnnxRuntimeException or DllNotFoundException or IOException or UnauthorizedAccessException) throw new EngineException(CardProbe.Explain(e.Message), e);
            throw;
        }
    }

    /// <summary>Why the provider that the options name cannot run here; null where it can.</summary>
    public static string? LackOf(CardOptions options) => options.Provider switch
    {
        CardProvider.Cpu => null,
        _ when !CardProbe.Report.IsUsable => CardProbe.Report.Reason,
        _ when options.DeviceNumbers.Where(number => CardProbe.Report.Devices.All(device => device.Index != number)).ToArray() is { Length: > 0 } unknown =>
            $"There is no card {string.Join(", ", unknown)}: see Line:Card:Devices; the driver names {CardProbe.Report.DevicesText}.",
        CardProvider.TensorRt => CardProbe.LackOfTensorRt(),
        _ => null,
    };

    /// <summary>Where a batch of a size is written before <see cref="Run"/>, one input behind the other; it holds what was written last.</summary>
    public Span<float> Input(int size) => BatchOf(size).Input.Here;

    /// <summary>What the last batch of a size gave, until the next of that size.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="output">Number of the output.</param>
    public ReadOnlySpan<float> Output(int size, int output) => BatchOf(size).Outputs[output].Here;

    /// <summary>The shape of an output of a batch.</summary>
    public long[] ShapeOf(int size, int output) => [size, .. _shapes[output + 1].AsSpan(1)];

    /// <summary>Computes the batch that was written.</summary>
    /// <exception cref="EngineException">The card failed, or has no memory left.</exception>
    public void Run(int size)
    {
        var batch = BatchOf(size);
        var start = Stopwatch.GetTimestamp();
        batch.Input.Upload();
        var uploaded = Stopwatch.GetElapsedTime(start);
        try
        {
            _session.RunWithBinding(batch.Options, batch.Binding);
            batch.Binding.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            throw new EngineException(CardProbe.Explain(e.Message), e);
        }

        var computed = Stopwatch.GetElapsedTime(start);
        foreach (var output in batch.Outputs) output.Download();
        var all = Stopwatch.GetElapsedTime(start);
        Elapsed += all;
        CardTimes.Add(uploaded, computed - uploaded, all - computed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The session first: a recorded graph reads the batches' memory.
        _session.Dispose();
        foreach (var batch in _batches.Values) batch.Dispose();
        _memory.Dispose();
        _place?.Dispose();
    }

    private Batch BatchOf(int size)
    {
        if (_batches.TryGetValue(size, out var known)) return known;
        var batch = new Batch(size, _options.CudaGraphs && _place is not null, _session);
        try
        {
            batch.Bind(_input, _outputs, [.. _shapes.Select(shape => (long[])[size, .. shape.AsSpan(1)])], _memory, Device);
        }
        catch
        {
            batch.Dispose();
            throw;
        }

        return _batches[size] = batch;
    }

    private static SessionOptions Options(CardOptions options, int? device, int maxBatchSize, byte[] graph, string input)
    {
        var session = new SessionOptions { IntraOpNumThreads = device is null ? TorchEngine.Threads : 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (device is not { } number) return session;
        var id = number.ToString(CultureInfo.InvariantCulture);
        if (options.Provider == CardProvider.TensorRt)
        {
            Directory.CreateDirectory(options.CacheFolder);
            using var shapes = new InferenceSession(graph);
            var each = string.Join('x', shapes.InputMetadata[input].Dimensions.Skip(1).Select(size => size.ToString(CultureInfo.InvariantCulture)));
            using var tensorRt = new OrtTensorRTProviderOptions();
            tensorRt.UpdateOptions(new Dictionary<string, string>
            {
                ["device_id"] = id,
                ["trt_engine_cache_enable"] = "1",
                ["trt_engine_cache_path"] = options.CacheFolder,
                ["trt_timing_cache_enable"] = "1",
                ["trt_timing_cache_path"] = options.CacheFolder,
                ["trt_cuda_graph_enable"] = Flag(options.CudaGraphs),
                ["trt_profile_min_shapes"] = $"{input}:1x{each}",
                ["trt_profile_opt_shapes"] = $"{input}:{maxBatchSize}x{each}",
                ["trt_profile_max_shapes"] = $"{input}:{maxBatchSize}x{each}",
            });
            session.AppendExecutionProvider_Tensorrt(tensorRt);
        }

        using var cuda = new OrtCUDAProviderOptions();
        var values = new Dictionary<string, string>
        {
            ["device_id"] = id,
            ["use_tf32"] = Flag(TorchEngine.TensorFloat32),
            ["enable_cuda_graph"] = Flag(options.CudaGraphs && options.Provider == CardProvider.Cuda),
            ["do_copy_in_default_stream"] = Flag(!options.CopyStream),
        };
        if (options.MemoryLimitBytes > 0) values["gpu_mem_limit"] = options.MemoryLimitBytes.ToString(CultureInfo.InvariantCulture);
        cuda.UpdateOptions(values);
        session.AppendExecutionProvider_CUDA(cuda);
        return session;
    }

    private static string Flag(bool isOn) => isOn ? "1" : "0";

    /// <summary>A size of a batch: its memory, bound to the session.</summary>
    private sealed class Batch : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public Batch(int size, bool isRecorded, InferenceSession session)
        {
            Options = Own(new RunOptions());

            // Each size has a recording of its own.
            if (isRecorded) Options.AddRunConfigEntry("gpu_graph_id", size.ToString(CultureInfo.InvariantCulture));
            Binding = Own(session.CreateIoBinding());
        }

        public RunOptions Options { get; }

        public OrtIoBinding Binding { get; }

        public BoundMemory Input { get; private set; } = null!;

        public IReadOnlyList<BoundMemory> Outputs { get; private set; } = [];

        public void Bind(string input, string[] outputs, long[][] shapes, OrtMemoryInfo memory, int? device)
        {
            var tensors = shapes.Select(shape => Own(new BoundMemory(device, sizeof(float) * shape.Aggregate((product, size) => product * size)))).ToArray();
            var values = tensors.Zip(shapes, (tensor, shape) =>
                Own(OrtValue.CreateTensorValueWithData(memory, TensorElementType.Float, shape, tensor.There, sizeof(float) * shape.Aggregate((product, size) => product * size)))).ToArray();
            Binding.BindInput(input, values[0]);
            foreach (var (i, name) in outputs.Index()) Binding.BindOutput(name, values[i + 1]);
            (Input, Outputs) = (tensors[0], tensors[1..]);
        }

        public void Dispose()
        {
            // In the reverse order: values before their memory.
            for (var i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
            _owned.Clear();
        }

        private T Own<T>(T thing)
            where T : IDisposable
        {
            _owned.Add(thing);
            return thing;
        }
    }
}
