using TorchSharp.Modules;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>
/// A 4 x 4 convolution whose weight, as a matrix of outputs by the rest, is divided by its largest singular value (Miyato, Kataoka, Koyama, Yoshida,
/// "Spectral normalization for generative adversarial networks", ICLR 2018), estimated by one power iteration each time that it is used in training.
/// </summary>
internal sealed class SpectralConvolution : nn.Module<Tensor, Tensor>
{
    private const string LeftName = "left";
    private readonly Parameter _weight;
    private readonly int _stride;

    public SpectralConvolution(int from, int to, int stride)
        : base(nameof(SpectralConvolution))
    {
        _stride = stride;
        _weight = nn.Parameter((randn(to, from, 4, 4) * S(0.02)).DetachFromDisposeScope());
        RegisterComponents();
        register_buffer(LeftName, nn.functional.normalize(randn(to), dim: 0).DetachFromDisposeScope());
    }

    /// <summary>N x from x H x W to N x to x H / stride x W / stride; with a stride of 1 a pixel less on each side.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(input, _weight / Norm(), strides: [_stride, _stride], padding: [1, 1]).MoveToOuterDisposeScope();
    }

    /// <summary>The largest singular value u' W v, with u and v taken as constants.</summary>
    internal Tensor Norm()
    {
        var matrix = _weight.flatten(1);
        Tensor left, right;
        using (no_grad())
        {
            var before = get_buffer(LeftName)!;
            right = nn.functional.normalize(matrix.t().mv(before), dim: 0);
            left = nn.functional.normalize(matrix.mv(right), dim: 0);
            if (training) before.copy_(left);
        }

        return left.dot(matrix.mv(right));
    }
}
