using System.Globalization;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Onnx;

/// <summary>
/// A computation that is being written down as ONNX operators (operator set <see cref="OperatorSet"/>), node by node in the order of execution. Networks write themselves beside
/// their forward pass. Numbers are those of fields in onnx.proto.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the operators.</summary>
    public const int OperatorSet = 17;

    private const int Float32 = 1;
    private const int Int64 = 7;

    private readonly List<ProtobufMessage> _nodes = [];
    private readonly List<ProtobufMessage> _constants = [];
    private readonly List<ProtobufMessage> _inputs = [];
    private readonly List<ProtobufMessage> _outputs = [];
    private readonly List<string> _outputNames = [];
    private int _names;

    /// <summary>Names of the results.</summary>
    public IReadOnlyList<string> Outputs => _outputNames;

    /// <summary>Frames that come in: N x planes x side x side, float32, any N.</summary>
    public OnnxValue Input(string name, int planes, int side)
    {
        _inputs.Add(Declaration(name, [null, planes, side, side]));
        return new OnnxValue(name);
    }

    /// <summary>Names a value as a result.</summary>
    /// <param name="name">What callers ask for.</param>
    /// <param name="value">The value, float32.</param>
    /// <param name="shape">Its shape, null for N.</param>
    public void Output(string name, OnnxValue value, params ReadOnlySpan<long?> shape)
    {
        _nodes.Add(Node("Identity", [value], name));
        _outputNames.Add(name);
        _outputs.Add(Declaration(name, shape));
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
        foreach (var (name, value) in attributes) node.Message(5, Attribute(name, value));
        _nodes.Add(node);
        return new OnnxValue(result);
    }

    /// <summary>A constant of a tensor's values, as float32.</summary>
    public OnnxValue Constant(Tensor values)
    {
        using var scope = NewDisposeScope();
        var plain = values.detach().to(ScalarType.Float32).cpu().contiguous();
        return Constant(Float32, plain.shape, plain.bytes);
    }

    /// <summary>A constant number.</summary>
    public OnnxValue Constant(float value) => Constant(Float32, [], BitConverter.GetBytes(value));

    /// <summary>A constant row of whole numbers, as operators take sizes and axes.</summary>
    public OnnxValue Constant(params long[] values) =>
        Constant(Int64, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values));

    /// <summary>A constant whole number.</summary>
    public OnnxValue Index(long value) => Constant(Int64, [], BitConverter.GetBytes(value));

    /// <summary>The message GraphProto.</summary>
    public ProtobufMessage ToMessage(string name) =>
        new ProtobufMessage().Messages(1, _nodes).Text(2, name).Messages(5, _constants).Messages(11, _inputs).Messages(12, _outputs);

    private OnnxValue Constant(int type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var name = Name();
        var constant = new ProtobufMessage();
        foreach (var size in shape) constant.Integer(1, size);
        _constants.Add(constant.Integer(2, type).Text(8, name).Bytes(9, bytes));
        return new OnnxValue(name);
    }

    private static ProtobufMessage Node(string type, ReadOnlySpan<OnnxValue> inputs, string output)
    {
        var node = new ProtobufMessage();
        foreach (var input in inputs) node.Text(1, input.Name);
        return node.Text(2, output).Text(3, output).Text(4, type);
    }

    private static ProtobufMessage Attribute(string name, object value)
    {
        var attribute = new ProtobufMessage().Text(1, name);
        switch (value)
        {
            case float number: return attribute.Real(2, number).Integer(20, 1);
            case long number: return attribute.Integer(3, number).Integer(20, 2);
            case string text: return attribute.Text(4, text).Integer(20, 3);
            case long[] numbers:
                foreach (var number in numbers) attribute.Integer(8, number);
                return attribute.Integer(20, 7);
            default: throw new ArgumentException($"Attribute {name} is a {value.GetType().Name}; it must be long, float, string or long[].", nameof(value));
        }
    }

    /// <summary>ValueInfoProto: a name, and TypeProto.Tensor within TypeProto.</summary>
    private static ProtobufMessage Declaration(string name, ReadOnlySpan<long?> shape)
    {
        var sizes = new ProtobufMessage();
        foreach (var size in shape) sizes.Message(1, size is { } known ? new ProtobufMessage().Integer(1, known) : new ProtobufMessage().Text(2, "N"));
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, new ProtobufMessage().Integer(1, Float32).Message(2, sizes)));
    }

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"v{_names++}");
}
