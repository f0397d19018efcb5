using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// The reconstructive network of DRAEM (Zavrtanik, Kristan, Skočaj 2021, section 3.1, as in their code): N x A x S x S to N x B x S x S, S a multiple of 16.
/// Blocks of two convolutions with batch norm and ReLU at 1, 2, 4, 8, 8 times the width with 2 x 2 maxima between them; up again by bilinear
/// interpolation, a convolution and a block. The output is linear. FAIR adds the encoder's map of the same size before each block on the way up.
/// </summary>
internal sealed class ReconstructiveTrunk : nn.Module<Tensor, Tensor>
{
    private readonly bool _skips;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _down;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _up;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _join;
    private readonly Conv2d _last;

    /// <summary>With random weights.</summary>
    /// <param name="channelsIn">A.</param>
    /// <param name="channelsOut">B.</param>
    /// <param name="width">Channels of the first level.</param>
    /// <param name="skips">Whether encoder maps are added on the way up.</param>
    public ReconstructiveTrunk(int channelsIn, int channelsOut, int width, bool skips)
        : base(nameof(ReconstructiveTrunk))
    {
        _skips = skips;
        int[] widths = [width, 2 * width, 4 * width, 8 * width, 8 * width];
        _down = [];
        for (var i = 0; i < widths.Length; i++) _down.Add(ConvolutionBlock.Two(i == 0 ? channelsIn : widths[i - 1], widths[i], widths[i]));
        _up = [];
        _join = [];
        for (var i = widths.Length - 2; i >= 0; i--)
        {
            _up.Add(ConvolutionBlock.Enlarge(widths[i], widths[i]));
            _join.Add(ConvolutionBlock.Two(widths[i], widths[i], widths[Math.Max(i - 1, 0)]));
        }

        _last = nn.Conv2d(width, channelsOut, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>N x B x S x S, unbounded.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var maps = new Tensor[_down.Count];
        var map = input.InTypeOf(_last.weight);
        for (var i = 0; i < maps.Length; i++) maps[i] = map = _down[i].call(i == 0 ? map : nn.functional.max_pool2d(map, 2));
        for (var i = 0; i < _up.Count; i++)
        {
            map = _up[i].call(map);
            map = _join[i].call(_skips ? map.Plus(maps[^(i + 2)]) : map);
        }

        return _last.call(map).InSingle().MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input)
    {
        var maps = new OnnxValue[_down.Count];
        var map = input;
        for (var i = 0; i < maps.Length; i++) maps[i] = map = graph.Apply(_down[i], i == 0 ? map : graph.Halve(map));
        for (var i = 0; i < _up.Count; i++)
        {
            map = graph.Apply(_up[i], map);
            map = graph.Apply(_join[i], _skips ? graph.Add("Add", [map, maps[^(i + 2)]]) : map);
        }

        return graph.Apply(_last, map);
    }
}
