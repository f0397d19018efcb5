using System.Globalization;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Backbones;

/// <summary>
/// A backbone that runs, for frames of one size: from frames to the features of some of its layers, one behind the other in a row. Models of one backbone share one, with its weights. Any thread.
/// </summary>
internal sealed class BackbonePass : IDisposable
{
    /// <summary>Most rows of tokens before those of places, such as a class token and registers.</summary>
    private const int MostExtraTokens = 16;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<Key, BackbonePass> Open = [];

    private readonly Key _key;
    private readonly Backbone _backbone;
    private readonly IReadOnlyList<Layer> _layers;
    private readonly OnnxBackend _pass;
    private int _users = 1;

    private BackbonePass(Key key, Backbone backbone)
    {
        (_key, _backbone) = (key, backbone);
        _layers = LayersOf(key, backbone);
        var graph = new OnnxGraph();
        graph.Output("features", Write(graph, graph.Input(OnnxBackend.InputName, null, key.Channels, key.Height, key.Width)), null, Length);
        _pass = OnnxBackend.Of(graph.ToMessage("backbone"), graph.Outputs, TorchEngine.Threads);
    }

    /// <summary>The shape of each layer's features, in the order that was asked for.</summary>
    public IReadOnlyList<FeatureShape> Shapes => [.. _layers.Select(l => l.Shape)];

    /// <summary>Numbers a frame, all layers together.</summary>
    public int Length => _layers.Sum(l => l.Shape.Length);

    /// <summary>The pass of a backbone for frames of a size; whoever gets it disposes it, and the last one closes it.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="layers">Numbers of its outputs, from 1.</param>
    /// <exception cref="BackboneException">It has no such layer, or does not run on frames of this size.</exception>
    public static BackbonePass Of(Backbone backbone, int channels, int height, int width, IReadOnlyList<int> layers)
    {
        foreach (var layer in layers)
        {
            if (layer < 1 || layer > backbone.Outputs.Count)
                throw new BackboneException($"Layer {layer} is asked for, but backbone '{backbone.Name}' has {backbone.Outputs.Count}: 1 to {backbone.Outputs.Count}.");
        }

        var key = new Key(backbone.Sha256, channels, height, width, string.Join(',', layers), TorchEngine.Threads);
        lock (Gate)
        {
            if (Open.TryGetValue(key, out var open))
            {
                open._users++;
                return open;
            }

            try
            {
                return Open[key] = new BackbonePass(key, backbone);
            }
            catch (OnnxRuntimeException e)
            {
                throw new BackboneException($"Backbone '{backbone.Name}' does not run on frames of {width} x {height} pixels: {e.Message}", e);
            }
        }
    }

    /// <summary>Runs a backbone twice on the same noise: shapes of its outputs.</summary>
    /// <exception cref="BackboneException">It does not run, or gives two things for one frame.</exception>
    public static IReadOnlyList<FeatureShape> Try(Backbone backbone, int side)
    {
        using var pass = Of(backbone, 3, side, side, [.. Enumerable.Range(1, backbone.Outputs.Count)]);
        using var scope = NewDisposeScope();
        using var noise = new Generator(1);
        var frames = rand([2, 3, side, side], generator: noise);
        var (one, two) = (pass.Run(frames, ThreadTeam.Alone), pass.Run(frames, ThreadTeam.Alone));
        if (!one.Equals(two)) throw new BackboneException($"Backbone '{backbone.Name}' gives different features for the same frame; it cannot judge.");
        if (!one.isfinite().all().item<bool>()) throw new BackboneException($"Backbone '{backbone.Name}' gives features that are not finite; are its mean and scale right?");
        return pass.Shapes;
    }

    /// <summary>From frames N x C x H x W in [0, 1], float32 on the CPU, to N x <see cref="Length"/>.</summary>
    /// <param name="frames">The frames.</param>
    /// <param name="team">Takes the frames among its threads.</param>
    public Tensor Run(Tensor frames, ThreadTeam team) => _pass.Run(frames, team)[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (--_users > 0) return;
            Open.Remove(_key);
            _pass.Dispose();
        }
    }

    /// <summary>Writes what <see cref="Run"/> computes into a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="frames">N x C x H x W in [0, 1].</param>
    /// <returns>N x <see cref="Length"/>.</returns>
    public OnnxValue Write(OnnxGraph graph, OnnxValue frames)
    {
        var outputs = _backbone.Write(graph, frames, _key.Channels, [.. _layers.Select(l => l.Number)]);
        OnnxValue[] rows = [.. outputs.Zip(_layers, (output, layer) => graph.Add("Flatten", [layer.ExtraTokens is { } extra ? ToMap(graph, output, extra) : output], ("axis", 1L)))];
        return rows.Length == 1 ? rows[0] : graph.Add("Concat", rows, ("axis", 1L));
    }

    /// <summary>Rows of tokens, N x T x C, to C x places.</summary>
    private static OnnxValue ToMap(OnnxGraph graph, OnnxValue tokens, int extra)
    {
        var places = graph.Add("Slice", [tokens, graph.Constant([(long)extra]), graph.Constant([long.MaxValue]), graph.Constant([1L])]);
        return graph.Add("Transpose", [places], ("perm", new long[] { 0, 2, 1 }));
    }

    private static Layer[] LayersOf(Key key, Backbone backbone)
    {
        var numbers = key.Layers.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        var graph = new OnnxGraph();
        var outputs = backbone.Write(graph, graph.Input(OnnxBackend.InputName, null, key.Channels, key.Height, key.Width), key.Channels, numbers);
        for (var i = 0; i < outputs.Length; i++) graph.Output($"layer{i}", outputs[i]);
        var shapes = OnnxBackend.ShapesOf(graph.ToMessage("trial"), graph.Outputs, [1, key.Channels, key.Height, key.Width]);
        return [.. numbers.Select((number, i) => LayerOf(key, backbone.Outputs[number - 1], number, shapes[i]))];
    }

    private static Layer LayerOf(Key key, string name, int number, long[] shape)
    {
        if (shape is [_, var channels, var height, var width]) return new Layer(number, new FeatureShape((int)channels, (int)height, (int)width), null);
        if (shape is [_, var tokens, var numbers])
        {
            for (var extra = 0; extra <= MostExtraTokens; extra++)
            {
                var across = Math.Sqrt((double)(tokens - extra) * key.Width / key.Height);
                if (across >= 1 && double.IsInteger(across) && (tokens - extra) % (long)across == 0)
                    return new Layer(number, new FeatureShape((int)numbers, (int)((tokens - extra) / (long)across), (int)across), extra);
            }
        }

        throw new BackboneException(
            $"Output '{name}' is {string.Join(" x ", shape)} for a frame of {key.Width} x {key.Height} pixels; it must be a map, N x channels x height x width, or a row of tokens, N x tokens x channels.");
    }

    /// <summary>An output: its features, and for one of tokens how many of those come before the ones of places.</summary>
    private sealed record Layer(int Number, FeatureShape Shape, int? ExtraTokens);

    private readonly record struct Key(string Sha256, int Channels, int Height, int Width, string Layers, int Threads);
}
