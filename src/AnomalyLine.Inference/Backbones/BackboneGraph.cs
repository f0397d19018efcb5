using System.Runtime.InteropServices;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Onnx.Messages;
using Google.Protobuf;

namespace AnomalyLine.Inference.Backbones;

/// <summary>Cuts a network that was trained elsewhere to what leads to some of its inner values, and makes it one that takes any number of frames of any size.</summary>
internal static class BackboneGraph
{
    private const int OldestOperatorSet = 7;

    /// <summary>Operators that mean the same, with the same attributes, in each operator set from <see cref="OldestOperatorSet"/> to the newest.</summary>
    private static readonly HashSet<string> Stable = new(StringComparer.Ordinal)
    {
        "Abs", "Add", "AveragePool", "BatchNormalization", "Concat", "Constant", "Conv", "Div", "Elu", "Erf", "Exp", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
        "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "MatMul", "MaxPool", "Mul", "Neg", "PRelu", "Pow", "Relu", "Reshape", "Shape",
        "Sigmoid", "Softplus", "Sqrt", "Sub", "Tanh", "Transpose",
    };

    /// <summary>The part of a network that computes some of its values.</summary>
    /// <param name="source">The whole network.</param>
    /// <param name="outputs">Names of the values.</param>
    /// <returns>A graph whose one input is <see cref="OnnxBackend.InputName"/>, N x 3 x H x W, in the operators of <see cref="OnnxGraph.OperatorSet"/>.</returns>
    /// <exception cref="BackboneException">A value is not there, or the network has what cannot be used.</exception>
    public static GraphProto Cut(ModelProto source, IReadOnlyList<string> outputs)
    {
        var graph = source.Graph ?? throw new BackboneException("The file has no graph; it is not an ONNX file.");
        CheckForm(graph);
        var constants = graph.Initializer.ToDictionary(c => c.Name, StringComparer.Ordinal);
        string[] inputs = [.. graph.Input.Select(i => i.Name).Where(name => !constants.ContainsKey(name))];
        if (inputs.Length != 1) throw new BackboneException($"The network has {inputs.Length} inputs; it must have one, the pictures.");
        var makers = graph.Node.SelectMany(node => node.Output.Where(o => o.Length > 0).Select(o => (Output: o, Node: node))).ToDictionary(m => m.Output, m => m.Node, StringComparer.Ordinal);
        foreach (var output in outputs)
        {
            if (makers.ContainsKey(output)) continue;
            var known = graph.Node.Where(n => n.OpType is "Relu" or "Add" or "LayerNormalization").TakeLast(12).Select(n => n.Output[0]);
            throw new BackboneException($"The network computes no value '{output}'; among those it does compute are {string.Join(", ", known)}.");
        }

        var needed = Ancestors(makers, outputs);
        NodeProto[] nodes = [.. graph.Node.Where(needed.Contains)];
        Check(source, nodes);
        var result = new GraphProto { Name = "backbone" };
        string Renamed(string name) => string.Equals(name, inputs[0], StringComparison.Ordinal) ? OnnxBackend.InputName : name;
        foreach (var node in Folded(nodes, constants, outputs))
        {
            var own = node.Clone();
            for (var i = 0; i < own.Input.Count; i++) own.Input[i] = Renamed(own.Input[i]);
            result.Node.Add(own);
        }

        var used = result.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        result.Initializer.Add(constants.Values.Where(c => used.Contains(c.Name)));
        if (!used.Contains(OnnxBackend.InputName)) throw new BackboneException("The values do not depend on the network's input.");
        result.Input.Add(OnnxGraph.Declaration(OnnxBackend.InputName, [null, 3, null, null]));
        result.Output.Add(outputs.Select(o => new ValueInfoProto { Name = o }));
        return result;
    }

    /// <summary>The numbers of a float32 constant.</summary>
    /// <exception cref="BackboneException">It holds others, or they lie outside of the file.</exception>
    internal static float[] Floats(TensorProto tensor)
    {
        if (tensor.DataType != (int)TensorProto.Types.DataType.Float) throw new BackboneException($"Constant '{tensor.Name}' is of type {tensor.DataType}; it must be float32 (1).");
        return tensor.FloatData.Count > 0 ? [.. tensor.FloatData] : MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
    }

    /// <summary>What the rest goes by: names that are there once, operators with a result, constants with as many numbers as their shape says.</summary>
    private static void CheckForm(GraphProto graph)
    {
        if (Twice(graph.Initializer.Select(c => c.Name)) is { } constant) throw new BackboneException($"Constant '{constant}' is there twice; the file is damaged.");
        if (Twice(graph.Node.SelectMany(n => n.Output).Where(o => o.Length > 0)) is { } value) throw new BackboneException($"Value '{value}' is computed twice; the file is damaged.");
        if (graph.Node.FirstOrDefault(n => n.Output.Count == 0 || n.Input.Count < LeastInputs(n.OpType)) is { } node)
            throw new BackboneException($"An operator {node.OpType} has {node.Input.Count} inputs and {node.Output.Count} outputs; the file is damaged.");
        foreach (var tensor in graph.Initializer)
        {
            Int128 count = 1;
            foreach (var side in tensor.Dims.TakeWhile(_ => count >= 0 && count <= int.MaxValue)) count *= side;
            var isFloat = tensor.DataType == (int)TensorProto.Types.DataType.Float;
            var given = tensor.FloatData.Count > 0 ? tensor.FloatData.Count : tensor.RawData.Length / (double)sizeof(float);
            if (count < 0 || count > int.MaxValue || (isFloat && given != (double)count))
                throw new BackboneException($"Constant '{tensor.Name}' [{string.Join(", ", tensor.Dims)}] has not as many numbers as that; the file is damaged.");
        }

        static string? Twice(IEnumerable<string> names) => names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any())?.Key;

        static int LeastInputs(string type) => type switch
        {
            "BatchNormalization" => 5,
            "Conv" => 2,
            _ => 0,
        };
    }

    private static HashSet<NodeProto> Ancestors(Dictionary<string, NodeProto> makers, IEnumerable<string> outputs)
    {
        var needed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>(outputs);
        while (open.TryPop(out var name))
        {
            if (!makers.TryGetValue(name, out var node) || !needed.Add(node)) continue;
            foreach (var input in node.Input) open.Push(input);
        }

        return needed;
    }

    private static void Check(ModelProto source, IEnumerable<NodeProto> nodes)
    {
        var version = source.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 0;
        if (version < OldestOperatorSet) throw new BackboneException($"The network is of operator set {version}; it must be {OldestOperatorSet} or later. Export it again.");
        foreach (var node in nodes)
        {
            if (node.Domain is not ("" or "ai.onnx")) throw new BackboneException($"The network uses the operator {node.Domain}.{node.OpType}; only those of the ONNX standard can be used.");
            if (node.Attribute.Any(a => a.G is not null)) throw new BackboneException($"The network uses {node.OpType} with an inner graph; export it without control flow.");
            if (version != OnnxGraph.OperatorSet && !Stable.Contains(node.OpType))
                throw new BackboneException($"The network uses {node.OpType} of operator set {version}, which others mean otherwise; export it with operator set {OnnxGraph.OperatorSet}.");
        }

        if (source.Graph.Initializer.Any(c => c.DataLocation == TensorProto.Types.DataLocation.External))
            throw new BackboneException("The network's weights lie in another file; export it as one file.");
    }

    /// <summary>
    /// The nodes without batch norms that follow a convolution, which take over their factors: as in <see cref="Networks.Chain.Fold"/>, y = g (Wx + b - m) / sqrt(v + e) + c.
    /// What earlier operator sets knew and later ones do not, is left out.
    /// </summary>
    private static IEnumerable<NodeProto> Folded(IReadOnlyList<NodeProto> nodes, Dictionary<string, TensorProto> constants, IReadOnlyList<string> outputs)
    {
        var uses = nodes.SelectMany(n => n.Input).Concat(outputs).GroupBy(n => n, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var norms = nodes.Where(n => n.OpType == "BatchNormalization" && n.Input.Skip(1).All(constants.ContainsKey))
            .DistinctBy(n => n.Input[0], StringComparer.Ordinal).ToDictionary(n => n.Input[0], StringComparer.Ordinal);
        var folded = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var result = new List<NodeProto>();
        foreach (var node in nodes)
        {
            if (folded.Contains(node)) continue;
            var own = node.Clone();
            foreach (var gone in own.Attribute.Where(IsOfEarlierSets).ToArray()) own.Attribute.Remove(gone);
            if (node.OpType == "Conv" && norms.TryGetValue(node.Output[0], out var norm) && uses[node.Output[0]] == 1
                && constants.ContainsKey(node.Input[1]) && uses[node.Input[1]] == 1 && (node.Input.Count < 3 || constants.ContainsKey(node.Input[2])))
            {
                Fold(own, norm, constants);
                folded.Add(norm);
            }

            result.Add(own);
        }

        return result;
    }

    /// <summary>Attributes with the only value that later operator sets have, or that stand beside the sizes which say the same.</summary>
    private static bool IsOfEarlierSets(AttributeProto attribute) =>
        attribute is { Name: "spatial", I: 1 } or { Name: "storage_order", I: 0 } || (attribute.Name == "auto_pad" && attribute.S.ToStringUtf8() == "NOTSET");

    private static void Fold(NodeProto convolution, NodeProto norm, Dictionary<string, TensorProto> constants)
    {
        var (gain, offset, mean, variance) = (Floats(constants[norm.Input[1]]), Floats(constants[norm.Input[2]]), Floats(constants[norm.Input[3]]), Floats(constants[norm.Input[4]]));
        var epsilon = norm.Attribute.FirstOrDefault(a => a.Name == "epsilon")?.F ?? 1e-5f;
        var weight = constants[convolution.Input[1]];
        var values = Floats(weight);
        var bias = convolution.Input.Count > 2 && convolution.Input[2].Length > 0 ? Floats(constants[convolution.Input[2]]) : new float[gain.Length];
        if (gain.Length == 0 || values.Length % gain.Length != 0 || new[] { offset, mean, variance, bias }.Any(each => each.Length != gain.Length))
            throw new BackboneException($"The batch norm after '{convolution.Output[0]}' has not as many numbers as that has channels; the file is damaged.");
        var each = values.Length / gain.Length;
        for (var channel = 0; channel < gain.Length; channel++)
        {
            var factor = gain[channel] / Math.Sqrt((double)variance[channel] + epsilon);
            foreach (ref var value in values.AsSpan(channel * each, each)) value = (float)(value * factor);
            bias[channel] = (float)(((bias[channel] - mean[channel]) * factor) + offset[channel]);
        }

        constants[weight.Name] = Constant(weight.Name, weight.Dims, values);
        var name = norm.Output[0] + "/bias";
        constants[name] = Constant(name, [bias.Length], bias);
        while (convolution.Input.Count > 2) convolution.Input.RemoveAt(2);
        convolution.Input.Add(name);
        convolution.Output[0] = norm.Output[0];
    }

    private static TensorProto Constant(string name, IEnumerable<long> shape, float[] values) =>
        new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) };
}
