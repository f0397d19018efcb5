using AnomalyLine.Inference.Networks;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// Encoder and decoder of Bergmann et al. (VISAPP 2019, table 1) around a bottleneck of single numbers, for sides S that are a power of two from
/// 128. LeakyReLU 0.2 after each layer but the encoder's last; the decoder ends in a sigmoid; no normalisation. S above 128 adds a halving layer
/// for each doubling, so that the bottleneck always sees 8 x 8.
/// </summary>
internal static class BottleneckTrunk
{
    /// <summary>N x C x S x S to N x outputs x 1 x 1.</summary>
    public static Chain Encoder(int channels, int size, int width, int outputs) => new Chain(
        [
            .. Down(channels, width), .. Down(width, width), .. Extra(size, () => Down(width, width)), .. Same(width, width),
            .. Down(width, 2 * width), .. Same(2 * width, 2 * width), .. Down(2 * width, 4 * width), .. Same(4 * width, 2 * width), .. Same(2 * width, width),
            nn.Conv2d(width, outputs, 8),
        ]);

    /// <summary>N x inputs x 1 x 1 to N x C x S x S in [0, 1].</summary>
    public static Chain Decoder(int channels, int size, int width, int inputs) => new Chain(
        [
            nn.ConvTranspose2d(inputs, width, 8), new LeakyRelu(0.2), .. Same(width, 2 * width), .. Same(2 * width, 4 * width),
            .. Up(4 * width, 2 * width), .. Same(2 * width, 2 * width), .. Up(2 * width, width), .. Same(width, width), .. Up(width, width),
            .. Extra(size, () => Up(width, width)), nn.ConvTranspose2d(width, channels, 4, stride: 2, padding: 1), nn.Sigmoid(),
        ]);

    private static IEnumerable<nn.Module<Tensor, Tensor>> Extra(int size, Func<nn.Module<Tensor, Tensor>[]> layer) =>
        Enumerable.Range(0, int.Log2(size / 128)).SelectMany(_ => layer());

    private static nn.Module<Tensor, Tensor>[] Down(int from, int to) => [nn.Conv2d(from, to, 4, stride: 2, padding: 1), new LeakyRelu(0.2)];

    private static nn.Module<Tensor, Tensor>[] Same(int from, int to) => [nn.Conv2d(from, to, 3, padding: 1), new LeakyRelu(0.2)];

    private static nn.Module<Tensor, Tensor>[] Up(int from, int to) => [nn.ConvTranspose2d(from, to, 4, stride: 2, padding: 1), new LeakyRelu(0.2)];
}
