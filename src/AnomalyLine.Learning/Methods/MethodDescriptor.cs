using System.Text.Json.Nodes;
using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Tensors;

namespace AnomalyLine.Learning.Methods;

/// <summary>An entry of the catalogue.</summary>
public sealed class MethodDescriptor
{
    /// <summary>Names of the presets, each a set of options: the published schedule, about 15 minutes, about 4 minutes on two cores for 200 frames.</summary>
    public static readonly IReadOnlyList<string> PresetNames = ["paper", "balanced", "fast"];

    private readonly Func<MethodOptions, Backbone?, AnomalyMethod> _create;

    internal MethodDescriptor(
        string name, string title, string paper, string summary, Func<MethodOptions, int> passes,
        Func<MethodOptions, Backbone?, AnomalyMethod> create, MethodOptions published, MethodOptions balanced, MethodOptions fast)
    {
        Name = name;
        Title = title;
        Paper = paper;
        Summary = summary;
        Presets = new Dictionary<string, MethodOptions> { ["paper"] = published, ["balanced"] = balanced, ["fast"] = fast };
        _create = create;
        PassesPerFrame = PresetNames.ToDictionary(p => p, p => passes(Presets[p]));
    }

    /// <summary>Its name on the command line and in model files, such as "riad".</summary>
    public string Name { get; }

    /// <summary>Its name for people.</summary>
    public string Title { get; }

    /// <summary>Where it was published.</summary>
    public string Paper { get; }

    /// <summary>What it is good and bad at, in a sentence or two.</summary>
    public string Summary { get; }

    /// <summary>Passes through the network to judge one frame, by preset.</summary>
    public IReadOnlyDictionary<string, int> PassesPerFrame { get; }

    /// <summary>Whether its network can be exported as an ONNX file.</summary>
    public bool WritesOnnx { get; internal init; }

    /// <summary>Whether it learns in one pass over the frames, in seconds, without training steps.</summary>
    public bool LearnsAtOnce => Presets["balanced"].LearnsAtOnce;

    internal IReadOnlyDictionary<string, MethodOptions> Presets { get; }

    /// <summary>Makes the method with random weights from torch's global generator.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="backbone">The backbone of a feature method's model file; null for the one of this machine that the options name.</param>
    /// <exception cref="BackboneException">A feature method's backbone is missing or does not run on such frames.</exception>
    internal AnomalyMethod Create(MethodOptions options, Backbone? backbone = null)
    {
        var method = _create(options, backbone);
        Parameters.CountOf(method.Network);
        if (method.Opponent is { } opponent) Parameters.CountOf(opponent);
        return method;
    }

    /// <summary>What is wrong with changes to the options of a preset, a sentence each; empty where nothing is.</summary>
    /// <param name="preset">One of <see cref="PresetNames"/>.</param>
    /// <param name="changes">Values as text by the options' names.</param>
    public IReadOnlyList<string> CheckOptions(string preset, IReadOnlyDictionary<string, string> changes)
    {
        OptionsJson.Change(Presets[preset], changes, out var errors);
        return errors;
    }

    /// <summary>All options of a preset with their values, as they are written to a model file.</summary>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public JsonObject OptionsOf(string preset) => Presets.TryGetValue(preset, out var options)
        ? OptionsJson.Write(options)
        : throw new ArgumentException($"Preset '{preset}' is unknown; use {string.Join(", ", PresetNames)}.", nameof(preset));
}
