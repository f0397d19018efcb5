using System.Security.Cryptography;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Onnx.Messages;
using Google.Protobuf;

namespace AnomalyLine.Inference.Backbones;

/// <summary>
/// A network that was trained elsewhere on pictures of all kinds and is never trained here: feature methods learn what its inner values are on normal parts. One file of ONNX operators with its
/// weights, batch norms folded, which takes frames of any number and size. Data only; any thread.
/// </summary>
public sealed class Backbone
{
    private const string NameKey = "name", SourceKey = "source";
    private readonly byte[] _bytes;
    private readonly GraphProto _graph;

    private Backbone(ModelProto model, byte[] bytes)
    {
        (_bytes, _graph) = (bytes, model.Graph);
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in model.MetadataProps)
            if (!words.TryAdd(word.Key, word.Value)) throw new BackboneException($"The file says twice what its {word.Key} is; it is damaged.");
        string Word(string key) => words.GetValueOrDefault(key) ?? throw new BackboneException($"The file says nothing of its {key}; it is not a backbone that was added here.");
        Name = Word(NameKey);
        Source = Word(SourceKey);
        Input = BackboneInput.Parse(Word(BackboneInput.OrderKey), Word(BackboneInput.MeanKey), Word(BackboneInput.ScaleKey));
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>What options call it.</summary>
    public string Name { get; }

    /// <summary>Where it comes from, and under which licence where that is known.</summary>
    public string Source { get; }

    /// <summary>What it expects pictures to be.</summary>
    public BackboneInput Input { get; }

    /// <summary>The SHA-256 of <see cref="ToBytes"/>, 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>Names of its outputs, from fine to coarse. Options call them 1, 2, 3, ...</summary>
    public IReadOnlyList<string> Outputs => [.. _graph.Output.Select(o => o.Name)];

    /// <summary>Numbers in its weights.</summary>
    public long WeightCount => _graph.Initializer.Sum(c => c.Dims.Aggregate(1L, (product, size) => product * size));

    /// <summary>Cuts a network to the values that are asked for.</summary>
    /// <param name="name">What options shall call it: lower-case letters, digits, hyphens, dots, at most 40.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="onnx">The bytes of an ONNX file.</param>
    /// <param name="outputs">Names of the values, from fine to coarse.</param>
    /// <param name="input">What it expects pictures to be.</param>
    /// <exception cref="BackboneException">The file cannot be used, or has no such value.</exception>
    public static Backbone Cut(string name, string source, ReadOnlySpan<byte> onnx, IReadOnlyList<string> outputs, BackboneInput input)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(input);
        if (!IsName(name)) throw new BackboneException($"The name is '{name}'; it must be 1 to 40 lower-case letters, digits, hyphens and dots, and begin with a letter.");
        if (outputs.Count is 0 or > 16) throw new BackboneException($"{outputs.Count} outputs are named; it must be 1 to 16.");
        var words = new Dictionary<string, string>(input.ToWords()) { [NameKey] = name, [SourceKey] = source };
        var model = OnnxGraph.ToModel(BackboneGraph.Cut(Parse(onnx), outputs), source, words);
        return new Backbone(model, model.ToByteArray());
    }

    /// <summary>From what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="BackboneException">The bytes are damaged or were not written here.</exception>
    public static Backbone Read(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var model = Parse(bytes);
        if (model.Graph is null) throw new BackboneException("The file has no graph; it is damaged.");

        // What others put into a model file is checked as what is added is: no operator of another domain, no weights in other files.
        BackboneGraph.Cut(model, [.. model.Graph.Output.Select(o => o.Name)]);
        return new Backbone(model, bytes);
    }

    /// <summary>The file: an ONNX file with a few words in its metadata.</summary>
    public byte[] ToBytes() => _bytes;

    /// <summary>Writes what leads from frames to some outputs into a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="frames">N x C x H x W in [0, 1], C being 1 or 3 (red, green, blue).</param>
    /// <param name="channels">C.</param>
    /// <param name="layers">Numbers of the outputs, from 1.</param>
    internal OnnxValue[] Write(OnnxGraph graph, OnnxValue frames, int channels, IReadOnlyList<int> layers)
    {
        var order = channels == 1 ? [0, 0, 0] : Input.IsBgr ? new long[] { 2, 1, 0 } : [0, 1, 2];
        var ordered = graph.Add("Gather", [frames, graph.Constant(order)], ("axis", 1L));
        var scaled = graph.Add("Mul", [ordered, graph.Constant([.. Input.Scale.Select(s => s * 255f)], 1, 3, 1, 1)]);
        var centred = graph.Add("Sub", [scaled, graph.Constant([.. Input.Mean.Zip(Input.Scale, (mean, scale) => mean * scale)], 1, 3, 1, 1)]);
        var outputs = graph.Import(_graph, Name + "/", centred);
        return [.. layers.Select(layer => outputs[layer - 1])];
    }

    internal static bool IsName(string name) =>
        name is { Length: > 0 and <= 40 } && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');

    private static ModelProto Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new BackboneException($"The file is not an ONNX file, or damaged: {e.Message}", e);
        }
    }
}
