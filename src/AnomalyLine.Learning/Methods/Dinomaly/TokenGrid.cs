using AnomalyLine.Inference.Backbones;
using AnomalyLine.Inference.Onnx;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Dinomaly;

/// <summary>
/// Features of several layers as tokens, one for each place of the coarsest layer: a token holds that place's channels and those of the places
/// of finer layers that lie in it (pixel unshuffle), layer after
/// layer. Nothing is lost, so tokens turn into features again.
/// </summary>
internal sealed class TokenGrid
{
    private static readonly long[] CellsLast = [0, 2, 4, 1, 3, 5];
    private static readonly long[] CellsBack = [0, 3, 1, 4, 2, 5];

    private readonly IReadOnlyList<(FeatureShape Shape, int Cell)> _layers;
    private readonly int _height, _width;

    /// <summary>For layers of some shapes.</summary>
    /// <exception cref="BackboneException">A grid is no whole multiple of the coarsest one.</exception>
    public TokenGrid(IReadOnlyList<FeatureShape> shapes)
    {
        (_height, _width) = (shapes.Min(s => s.Height), shapes.Min(s => s.Width));
        _layers = [.. shapes.Select(s => (s, s.Height / _height))];
        foreach (var (shape, cell) in _layers)
        {
            if (shape.Height != cell * _height || shape.Width != cell * _width)
                throw new BackboneException($"A layer of {shape.Width} x {shape.Height} places is no whole multiple of one of {_width} x {_height}; choose other layers or another size.");
        }
    }

    /// <summary>Tokens of a frame.</summary>
    public int Count => _height * _width;

    /// <summary>Numbers of a token.</summary>
    public int Width => _layers.Sum(l => l.Shape.Length) / Count;

    /// <summary>For each layer N x C x h x w, to N x <see cref="Count"/> x <see cref="Width"/>.</summary>
    public Tensor ToTokens(IReadOnlyList<Tensor> features)
    {
        using var scope = NewDisposeScope();
        var rows = features.Zip(_layers, (maps, l) =>
            maps.reshape(-1, l.Shape.Channels, _height, l.Cell, _width, l.Cell).permute(CellsLast).reshape(maps.shape[0], Count, -1));
        return cat([.. rows], 2).MoveToOuterDisposeScope();
    }

    /// <summary>What <see cref="ToTokens"/> was made of.</summary>
    public Tensor[] ToFeatures(Tensor tokens)
    {
        var features = new Tensor[_layers.Count];
        var at = 0;
        foreach (var (i, (shape, cell)) in _layers.Index())
        {
            using var scope = NewDisposeScope();
            var length = shape.Channels * cell * cell;
            features[i] = tokens.narrow(2, at, length).reshape(-1, _height, _width, shape.Channels, cell, cell).permute(CellsBack)
                .reshape(-1, shape.Channels, shape.Height, shape.Width).MoveToOuterDisposeScope();
            at += length;
        }

        return features;
    }

    /// <summary>The same as <see cref="ToTokens"/>.</summary>
    public OnnxValue WriteTokens(OnnxGraph graph, IReadOnlyList<OnnxValue> features)
    {
        OnnxValue[] rows = [.. features.Zip(_layers, (maps, l) => Turn(
            graph, maps, [-1, l.Shape.Channels, _height, l.Cell, _width, l.Cell], CellsLast, [-1, Count, l.Shape.Channels * l.Cell * l.Cell]))];
        return rows.Length == 1 ? rows[0] : graph.Add("Concat", rows, ("axis", 2L));
    }

    /// <summary>The same as <see cref="ToFeatures"/>.</summary>
    public OnnxValue[] WriteFeatures(OnnxGraph graph, OnnxValue tokens)
    {
        var features = new OnnxValue[_layers.Count];
        var at = 0L;
        foreach (var (i, (shape, cell)) in _layers.Index())
        {
            var length = (long)shape.Channels * cell * cell;
            var rows = _layers.Count == 1 ? tokens : graph.Add("Slice", [tokens, graph.Constant([at]), graph.Constant([at + length]), graph.Constant([2L])]);
            features[i] = Turn(graph, rows, [-1, _height, _width, shape.Channels, cell, cell], CellsBack, [-1, shape.Channels, shape.Height, shape.Width]);
            at += length;
        }

        return features;
    }

    private static OnnxValue Turn(OnnxGraph graph, OnnxValue value, long[] from, long[] order, long[] to) =>
        graph.Add("Reshape", [graph.Add("Transpose", [graph.Add("Reshape", [value, graph.Constant(from)])], ("perm", order)), graph.Constant(to)]);
}
