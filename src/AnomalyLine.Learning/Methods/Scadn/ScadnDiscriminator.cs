using AnomalyLine.Inference.Networks;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>SCADN's discriminator: frames, N x C x S x S in [0, 1], to the log odds that each patch of them is real, N x 1 x P x P. Needed in training only.</summary>
internal sealed class ScadnDiscriminator : nn.Module<Tensor, Tensor>
{
    private readonly Chain _layers;

    public ScadnDiscriminator(int channels, int width)
        : base(nameof(ScadnDiscriminator))
    {
        _layers = new Chain(
            new SpectralConvolution(channels, width, 2), new LeakyRelu(0.2),
            new SpectralConvolution(width, 2 * width, 2), new LeakyRelu(0.2),
            new SpectralConvolution(2 * width, 4 * width, 2), new LeakyRelu(0.2),
            new SpectralConvolution(4 * width, 8 * width, 1), new LeakyRelu(0.2),
            new SpectralConvolution(8 * width, 1, 1));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => _layers.call(input);

    /// <summary>Binary cross entropy of taking all patches for real ones or for made ones, a scalar.</summary>
    public Tensor Loss(Tensor frames, bool areReal)
    {
        var odds = call(frames);
        return nn.functional.binary_cross_entropy_with_logits(odds, areReal ? ones_like(odds) : zeros_like(odds));
    }
}
