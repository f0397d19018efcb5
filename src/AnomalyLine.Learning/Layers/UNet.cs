using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// The U-Net of RIAD (Zavrtanik, Kristan, Skočaj 2021): N x I x H x W to N x O x H x W in [-1, 1], H and W multiples of 16. Blocks of two convolutions
/// with batch norm and ReLU at 1, 2, 4, 8, 8 times the width; each going down starts with a 4 x 4 convolution of stride 2, each going up with a
/// transposed one, and takes the map of the same size beside it.
/// </summary>
internal sealed class UNet : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _down;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _up;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> _join;
    private readonly Conv2d _last;

    /// <summary>With random weights.</summary>
    /// <param name="inputs">I, channels that go in: the frame's, and one for the mask where the method shows it.</param>
    /// <param name="outputs">O, channels of the reconstruction.</param>
    /// <param name="width">Channels of the first level.</param>
    public UNet(int inputs, int outputs, int width)
        : base(nameof(UNet))
    {
        int[] widths = [width, 2 * width, 4 * width, 8 * width, 8 * width];
        _down = [Block(inputs, widths[0], halve: false)];
        for (var i = 1; i < widths.Length; i++) _down.Add(Block(widths[i - 1], widths[i], halve: true));
        _up = [];
        _join = [];
        for (var i = widths.Length - 1; i > 0; i--)
        {
            _up.Add(nn.ConvTranspose2d(widths[i], widths[i - 1], 4, stride: 2, padding: 1));
            _join.Add(Block(2 * widths[i - 1], widths[i - 1], halve: false));
        }

        _last = nn.Conv2d(widths[0], outputs, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The reconstruction, N x O x H x W in [-1, 1].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var maps = new Tensor[_down.Count];
        var map = input.InTypeOf(_last.weight);
        for (var i = 0; i < maps.Length; i++) maps[i] = map = _down[i].call(map);
        for (var i = 0; i < _up.Count; i++) map = _join[i].call(cat([_up[i].call(map), maps[^(i + 2)]], 1));
        return _last.call(map).InSingle().tanh().MoveToOuterDisposeScope();
    }

    /// <summary>Writes <see cref="forward"/> into a graph of its own: "frames", N x I x H x W, to "reconstruction".</summary>
    /// <returns>The graph's outputs.</returns>
    public IReadOnlyList<string> WritePass(OnnxGraph graph, InputSize size)
    {
        var input = ((Conv2d)((Chain)_down[0]).Links[0]).weight.shape[1];
        var maps = new OnnxValue[_down.Count];
        var map = graph.Input("frames", (int)input, size.Height, size.Width);
        for (var i = 0; i < maps.Length; i++) maps[i] = map = graph.Apply(_down[i], map);
        for (var i = 0; i < _up.Count; i++) map = graph.Apply(_join[i], graph.Join(graph.Apply(_up[i], map), maps[^(i + 2)]));
        graph.Output("reconstruction", graph.Add("Tanh", [graph.Apply(_last, map)]), null, _last.weight.shape[0], size.Height, size.Width);
        return graph.Outputs;
    }

    private static Chain Block(int from, int to, bool halve) => new Chain(
        halve ? nn.Conv2d(from, to, 4, stride: 2, padding: 1) : nn.Conv2d(from, to, 3, padding: 1), nn.BatchNorm2d(to), nn.ReLU(inplace: true),
        nn.Conv2d(to, to, 3, padding: 1), nn.BatchNorm2d(to), nn.ReLU(inplace: true));
}
