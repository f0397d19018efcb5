using AnomalyLine.Vision.Layers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Methods.Autoencoder;

/// <summary>
/// The convolutional autoencoder of Bergmann et al. (VISAPP 2019, table 1): N x C x S x S in [0, 1] to the same, S a power of two from 128.
/// LeakyReLU 0.2 after each layer but the bottleneck and the last, which is a sigmoid; no normalisation. S above 128 adds a halving layer
/// for each doubling, so that the bottleneck always sees 8 x 8.
/// </summary>
internal sealed class AutoencoderNetwork : nn.Module<Tensor, Tensor>
{
    private readonly Chain _encoder;
    private readonly Chain _decoder;

    public AutoencoderNetwork(AutoencoderOptions options)
        : base(nameof(AutoencoderNetwork))
    {
        int w = options.Width, extra = int.Log2(options.NetworkSize / 128);
        _encoder = new Chain(
            [
                .. Down(options.Channels, w), .. Down(w, w), .. Enumerable.Range(0, extra).SelectMany(_ => Down(w, w)), .. Same(w, w),
                .. Down(w, 2 * w), .. Same(2 * w, 2 * w), .. Down(2 * w, 4 * w), .. Same(4 * w, 2 * w), .. Same(2 * w, w),
                nn.Conv2d(w, options.Latent, 8),
            ]);
        _decoder = new Chain(
            [
                nn.ConvTranspose2d(options.Latent, w, 8), nn.LeakyReLU(0.2), .. Same(w, 2 * w), .. Same(2 * w, 4 * w),
                .. Up(4 * w, 2 * w), .. Same(2 * w, 2 * w), .. Up(2 * w, w), .. Same(w, w), .. Up(w, w), .. Enumerable.Range(0, extra).SelectMany(_ => Up(w, w)),
                nn.ConvTranspose2d(w, options.Channels, 4, stride: 2, padding: 1), nn.Sigmoid(),
            ]);
        RegisterComponents();
    }

    /// <summary>The reconstruction, N x C x S x S in [0, 1].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _decoder.call(_encoder.call(input.InTypeOf(_encoder.FirstWeight))).InSingle().MoveToOuterDisposeScope();
    }

    private static nn.Module<Tensor, Tensor>[] Down(int from, int to) => [nn.Conv2d(from, to, 4, stride: 2, padding: 1), nn.LeakyReLU(0.2)];

    private static nn.Module<Tensor, Tensor>[] Same(int from, int to) => [nn.Conv2d(from, to, 3, padding: 1), nn.LeakyReLU(0.2)];

    private static nn.Module<Tensor, Tensor>[] Up(int from, int to) => [nn.ConvTranspose2d(from, to, 4, stride: 2, padding: 1), nn.LeakyReLU(0.2)];
}
