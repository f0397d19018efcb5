using AnomalyLine.Inference.Networks;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// Encoder and decoder of Bergmann et al. (VISAPP 2019, table 1) around a bottleneck of single numbers, for frames whose shorter side S is a power of two from
/// 128, and the longer one a multiple of S / 8. LeakyReLU 0.2 after each layer but the encoder's last; the decoder ends in a sigmoid; no normalisation. S above 128 adds a halving layer
/// for each doubling, so that the bottleneck always sees 8 places along S.
/// </summary>
internal static class BottleneckTrunk
{
    /// <summary>N x C x H x W to N x outputs x 1 x 1.</summary>
    public static Chain Encoder(int channels, InputSize size, int width, int outputs) => new Chain(
        [
            .. Down(channels, width), .. Down(width, width), .. Extra(size, () => Down(width, width)), .. Same(width, width),
            .. Down(width, 2 * width), .. Same(2 * width, 2 * width), .. Down(2 * width, 4 * width), .. Same(4 * width, 2 * width), .. Same(2 * width, width),
            nn.Conv2d(width, outputs, Places(size)),
        ]);

    /// <summary>N x inputs x 1 x 1 to N x C x H x W in [0, 1].</summary>
    public static Chain Decoder(int channels, InputSize size, int width, int inputs) => new Chain(
        [
            nn.ConvTranspose2d(inputs, width, Places(size)), new LeakyRelu(0.2), .. Same(width, 2 * width), .. Same(2 * width, 4 * width),
            .. Up(4 * width, 2 * width), .. Same(2 * width, 2 * width), .. Up(2 * width, width), .. Same(width, width), .. Up(width, width),
            .. Extra(size, () => Up(width, width)), nn.ConvTranspose2d(width, channels, 4, stride: 2, padding: 1), nn.Sigmoid(),
        ]);

    /// <summary>What a size must be.</summary>
    public const string Needs = "the network needs a power of two, at least 128, as the shorter side, and a multiple of an eighth of it as the longer one.";

    /// <summary>Whether the networks take frames of a size.</summary>
    public static bool Takes(InputSize size) => size.Shorter >= 128 && int.IsPow2(size.Shorter) && size.IsMultipleOf(size.Shorter / 8);

    /// <summary>The size with other proportions whose shorter side stays.</summary>
    public static InputSize SizeFor(InputSize size, double proportions)
    {
        var (side, step) = (size.Shorter, size.Shorter / 8);
        var longer = Math.Max(8, (int)Math.Round(8 * Math.Max(proportions, 1 / proportions))) * step;
        return proportions > 1 ? new InputSize(longer, side) : new InputSize(side, longer);
    }

    /// <summary>Rows and columns that the bottleneck sees.</summary>
    private static (long Rows, long Columns) Places(InputSize size) => (8 * size.Height / size.Shorter, 8 * size.Width / size.Shorter);

    private static IEnumerable<nn.Module<Tensor, Tensor>> Extra(InputSize size, Func<nn.Module<Tensor, Tensor>[]> layer) =>
        Enumerable.Range(0, int.Log2(size.Shorter / 128)).SelectMany(_ => layer());

    private static nn.Module<Tensor, Tensor>[] Down(int from, int to) => [nn.Conv2d(from, to, 4, stride: 2, padding: 1), new LeakyRelu(0.2)];

    private static nn.Module<Tensor, Tensor>[] Same(int from, int to) => [nn.Conv2d(from, to, 3, padding: 1), new LeakyRelu(0.2)];

    private static nn.Module<Tensor, Tensor>[] Up(int from, int to) => [nn.ConvTranspose2d(from, to, 4, stride: 2, padding: 1), new LeakyRelu(0.2)];
}
