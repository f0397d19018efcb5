using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.ReverseDistillation;

/// <summary>
/// A basic residual block (He et al., "Deep residual learning for image recognition", CVPR 2016) that halves, keeps or doubles the side of maps,
/// N x C x h x w, without the last ReLU, which whoever reads
/// its sum applies. Doubling is by transposed convolutions of 2 x 2.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly Chain _main;
    private readonly Chain _skip;

    private ResidualBlock(Chain main, Chain skip)
        : base(nameof(ResidualBlock))
    {
        (_main, _skip) = (main, skip);
        RegisterComponents();
    }

    /// <summary>To half the side.</summary>
    public static ResidualBlock Halving(int from, int to) => new(
        Main(nn.Conv2d(from, to, 3, stride: 2, padding: 1, bias: false), to), new Chain(nn.Conv2d(from, to, 1, stride: 2, bias: false), nn.BatchNorm2d(to)));

    /// <summary>Of the same side.</summary>
    public static ResidualBlock Keeping(int from, int to) => new(
        Main(nn.Conv2d(from, to, 3, padding: 1, bias: false), to), from == to ? new Chain() : new Chain(nn.Conv2d(from, to, 1, bias: false), nn.BatchNorm2d(to)));

    /// <summary>To twice the side.</summary>
    public static ResidualBlock Doubling(int from, int to) => new(
        Main(nn.ConvTranspose2d(from, to, 2, stride: 2, bias: false), to), new Chain(nn.ConvTranspose2d(from, to, 2, stride: 2, bias: false), nn.BatchNorm2d(to)));

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _main.call(input).Plus(_skip.call(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="forward"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, OnnxValue input) => graph.Add("Add", [graph.Apply(_main, input), graph.Apply(_skip, input)]);

    private static Chain Main(nn.Module<Tensor, Tensor> first, int channels) => new(
        first, nn.BatchNorm2d(channels), nn.ReLU(inplace: true), nn.Conv2d(channels, channels, 3, padding: 1, bias: false), nn.BatchNorm2d(channels));
}
