using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Draem;

/// <summary>
/// DRAEM's discriminative network: a U-Net over the restored frame and the frame, N x 2C x S x S, to two logits a pixel, N x 2 x S x S, S a multiple of 32.
/// Six levels at 1, 2, 4, 8, 8, 8 times the width; on the way up the encoder's map of the same size lies beside.
/// </summary>
internal sealed class DiscriminativeNetwork : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _down;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _up;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _join;
    private readonly Conv2d _last;

    public DiscriminativeNetwork(int channels, int width)
        : base(nameof(DiscriminativeNetwork))
    {
        int[] widths = [width, 2 * width, 4 * width, 8 * width, 8 * width, 8 * width];
        _down = [];
        for (var i = 0; i < widths.Length; i++) _down.Add(ConvolutionBlock.Two(i == 0 ? channels : widths[i - 1], widths[i], widths[i]));
        _up = [];
        _join = [];
        var from = widths[^1];
        for (var i = widths.Length - 2; i >= 0; i--)
        {
            // Each level comes up as wide as the one above it on the way down; the first two and the last two are alike.
            var to = i == widths.Length - 2 ? widths[i] : widths[Math.Max(i - 1, 0)];
            _up.Add(ConvolutionBlock.Enlarge(from, to));
            _join.Add(ConvolutionBlock.Two(to + widths[i], to, to));
            from = to;
        }

        _last = nn.Conv2d(width, 2, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>Logits: normal, anomalous.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var maps = new Tensor[_down.Count];
        var map = input.InTypeOf(_last.weight);
        for (var i = 0; i < maps.Length; i++) maps[i] = map = _down[i].call(i == 0 ? map : nn.functional.max_pool2d(map, 2));
        for (var i = 0; i < _up.Count; i++) map = _join[i].call(cat([_up[i].call(map), maps[^(i + 2)]], 1));
        return _last.call(map).InSingle().MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var maps = new OnnxValue[_down.Count];
        var map = input;
        for (var i = 0; i < maps.Length; i++) maps[i] = map = graph.Apply(_down[i], i == 0 ? map : graph.Halve(map));
        for (var i = 0; i < _up.Count; i++) map = graph.Apply(_join[i], graph.Join(graph.Apply(_up[i], map), maps[^(i + 2)]));
        return graph.Apply(_last, map);
    }
}
