using System.Globalization;
using System.Runtime.InteropServices;
using AnomalyLine.Inference.Onnx.Messages;
using Google.Protobuf;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Onnx;

/// <summary>
/// A computation that is being written down as ONNX operators (operator set <see cref="OperatorSet"/>), node by node in the order of execution. Networks write themselves beside
/// their forward pass.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the operators.</summary>
    public const int OperatorSet = 17;

    /// <summary>The version of the file format that came with <see cref="OperatorSet"/>.</summary>
    private const int FormatVersion = 8;

    private readonly GraphProto _graph = new();
    private readonly List<string> _outputNames = [];
    private int _names;

    /// <summary>Names of the results.</summary>
    public IReadOnlyList<string> Outputs => _outputNames;

    /// <summary>Frames that come in: N x planes x height x width, float32, any N.</summary>
    public OnnxValue Input(string name, int planes, int height, int width) => Input(name, [null, planes, height, width]);

    /// <summary>What comes in, float32.</summary>
    /// <param name="name">What callers call it.</param>
    /// <param name="shape">Its shape, null for N.</param>
    public OnnxValue Input(string name, params ReadOnlySpan<long?> shape)
    {
        _graph.Input.Add(Declaration(name, shape));
        return new OnnxValue(name);
    }

    /// <summary>Names a value as a result.</summary>
    /// <param name="name">What callers ask for.</param>
    /// <param name="value">The value, float32.</param>
    /// <param name="shape">Its shape, null for N; nothing where the engine finds it.</param>
    public void Output(string name, OnnxValue value, params ReadOnlySpan<long?> shape)
    {
        _graph.Node.Add(Node("Identity", [value], name));
        _outputNames.Add(name);
        _graph.Output.Add(shape.IsEmpty ? new ValueInfoProto { Name = name } : Declaration(name, shape));
    }

    /// <summary>A node.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Its attributes: long, float, string or long[].</param>
    /// <returns>Its first output.</returns>
    public OnnxValue Add(string type, ReadOnlySpan<OnnxValue> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var result = Name();
        var node = Node(type, inputs, result);
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        _graph.Node.Add(node);
        return new OnnxValue(result);
    }

    /// <summary>Takes over the nodes and constants of another graph of one input, which must be of operators that <see cref="OperatorSet"/> has.</summary>
    /// <param name="other">The graph; it stays as it is.</param>
    /// <param name="prefix">Goes before each of its names, so that they cannot be those of this one.</param>
    /// <param name="input">What its input is here.</param>
    /// <returns>Its outputs, in their order.</returns>
    public OnnxValue[] Import(GraphProto other, string prefix, OnnxValue input)
    {
        var from = other.Input.Select(i => i.Name).Except(other.Initializer.Select(c => c.Name), StringComparer.Ordinal).Single();
        string Renamed(string name) => name.Length == 0 ? "" : string.Equals(name, from, StringComparison.Ordinal) ? input.Name : prefix + name;
        foreach (var constant in other.Initializer)
        {
            var own = constant.Clone();
            own.Name = Renamed(constant.Name);
            _graph.Initializer.Add(own);
        }

        foreach (var node in other.Node)
        {
            var own = new NodeProto { Name = Renamed(node.Name), OpType = node.OpType, Domain = node.Domain };
            own.Input.Add(node.Input.Select(Renamed));
            own.Output.Add(node.Output.Select(Renamed));
            own.Attribute.Add(node.Attribute);
            _graph.Node.Add(own);
        }

        return [.. other.Output.Select(o => new OnnxValue(Renamed(o.Name)))];
    }

    /// <summary>A constant of a tensor's values, as float32.</summary>
    public OnnxValue Constant(Tensor values)
    {
        using var scope = NewDisposeScope();
        var plain = values.detach().to(ScalarType.Float32).cpu().contiguous();
        return Constant(TensorProto.Types.DataType.Float, plain.shape, plain.bytes);
    }

    /// <summary>A constant of numbers in a shape.</summary>
    public OnnxValue Constant(float[] values, params long[] shape) => Constant(TensorProto.Types.DataType.Float, shape, MemoryMarshal.AsBytes<float>(values));

    /// <summary>A constant number.</summary>
    public OnnxValue Constant(float value) => Constant(TensorProto.Types.DataType.Float, [], BitConverter.GetBytes(value));

    /// <summary>A constant row of whole numbers, as operators take sizes and axes.</summary>
    public OnnxValue Constant(params long[] values) => Constant(TensorProto.Types.DataType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>A constant whole number.</summary>
    public OnnxValue Index(long value) => Constant(TensorProto.Types.DataType.Int64, [], BitConverter.GetBytes(value));

    /// <summary>The message GraphProto.</summary>
    public GraphProto ToMessage(string name)
    {
        var graph = _graph.Clone();
        graph.Name = name;
        return graph;
    }

    /// <summary>The message ModelProto around a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="description">For people.</param>
    /// <param name="metadata">For programs, by name.</param>
    public static ModelProto ToModel(GraphProto graph, string description, IReadOnlyDictionary<string, string> metadata) => new()
    {
        IrVersion = FormatVersion,
        ProducerName = "AnomalyLine",
        DocString = description,
        Graph = graph,
        OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        MetadataProps = { metadata.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }) },
    };

    private OnnxValue Constant(TensorProto.Types.DataType type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var name = Name();
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, Dims = { shape }, RawData = ByteString.CopyFrom(bytes) });
        return new OnnxValue(name);
    }

    private static NodeProto Node(string type, ReadOnlySpan<OnnxValue> inputs, string output)
    {
        var node = new NodeProto { OpType = type, Name = output, Output = { output } };
        foreach (var input in inputs) node.Input.Add(input.Name);
        return node;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        float number => new AttributeProto { Name = name, F = number, Type = AttributeProto.Types.AttributeType.Float },
        long number => new AttributeProto { Name = name, I = number, Type = AttributeProto.Types.AttributeType.Int },
        string text => new AttributeProto { Name = name, S = ByteString.CopyFromUtf8(text), Type = AttributeProto.Types.AttributeType.String },
        long[] numbers => new AttributeProto { Name = name, Ints = { numbers }, Type = AttributeProto.Types.AttributeType.Ints },
        _ => throw new ArgumentException($"Attribute {name} is a {value.GetType().Name}; it must be long, float, string or long[].", nameof(value)),
    };

    /// <summary>A name with the type of a float32 tensor.</summary>
    internal static ValueInfoProto Declaration(string name, ReadOnlySpan<long?> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (var size in shape)
        {
            // Sizes of one name must be equal: only the first is the number of frames.
            var open = sizes.Dim.Count == 0 ? "N" : string.Create(CultureInfo.InvariantCulture, $"size{sizes.Dim.Count}");
            sizes.Dim.Add(size is { } known ? new TensorShapeProto.Types.Dimension { DimValue = known } : new TensorShapeProto.Types.Dimension { DimParam = open });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = sizes } } };
    }

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"v{_names++}");
}
