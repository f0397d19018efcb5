using AnomalyLine.Inference.Networks;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>Blocks of 3 x 3 convolutions, each with batch norm and ReLU, as DRAEM's networks have them.</summary>
internal static class ConvolutionBlock
{
    /// <summary>Two convolutions.</summary>
    public static Chain Two(int from, int between, int to) => new Chain(
        nn.Conv2d(from, between, 3, padding: 1), nn.BatchNorm2d(between), nn.ReLU(inplace: true),
        nn.Conv2d(between, to, 3, padding: 1), nn.BatchNorm2d(to), nn.ReLU(inplace: true));

    /// <summary>Twice the size by bilinear interpolation (corners aligned), then a convolution.</summary>
    public static Chain Enlarge(int from, int to) => new Chain(
        nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear, align_corners: true),
        nn.Conv2d(from, to, 3, padding: 1), nn.BatchNorm2d(to), nn.ReLU(inplace: true));
}
