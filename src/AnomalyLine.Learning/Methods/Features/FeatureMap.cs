using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using TorchSharp;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Features;

/// <summary>
/// From distances at the places of a few layers to an anomaly map: each brought to a quarter of the frame's side by bilinear interpolation, summed, smoothed by a Gaussian, and brought to the frame's size.
/// Once with tensor operations and once as a graph, which tests hold equal.
/// </summary>
/// <param name="size">Of the frame.</param>
/// <param name="sigma">Standard deviation of the Gaussian, pixels of the frame; 0 for none.</param>
internal sealed class FeatureMap(InputSize size, double sigma)
{
    private readonly (int Height, int Width) _quarter = (size.Height / 4, size.Width / 4);
    private readonly float[] _kernel = Kernel(sigma / 4);

    /// <summary>How the map is computed, for people who run an exported graph.</summary>
    public static string Words => "the output anomaly_map";

    private int Radius => _kernel.Length / 2;

    /// <summary>Each N x h x w of its own size, to N x H x W.</summary>
    public Tensor Apply(IReadOnlyList<Tensor> distances)
    {
        using var scope = NewDisposeScope();
        var sum = distances.Select(d => Resize(d.unsqueeze(1), _quarter.Height, _quarter.Width)).Aggregate((one, other) => one.Plus(other));
        if (Radius > 0)
        {
            var kernel = tensor(_kernel, device: sum.device);
            sum = nn.functional.pad(sum, [Radius, Radius, Radius, Radius], PaddingModes.Reflect);
            sum = nn.functional.conv2d(sum, kernel.view(1, 1, -1, 1));
            sum = nn.functional.conv2d(sum, kernel.view(1, 1, 1, -1));
        }

        return Resize(sum, size.Height, size.Width).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The same as <see cref="Apply"/>.</summary>
    public OnnxValue Write(OnnxGraph graph, IReadOnlyList<OnnxValue> distances)
    {
        var sum = distances.Select(d => graph.Resize(graph.Unsqueeze(d), _quarter.Height, _quarter.Width)).Aggregate((one, other) => graph.Add("Add", [one, other]));
        if (Radius > 0)
        {
            sum = graph.Add("Pad", [sum, graph.Constant(0, 0, Radius, Radius, 0, 0, Radius, Radius)], ("mode", "reflect"));
            sum = graph.Add("Conv", [sum, graph.Constant(_kernel, 1, 1, _kernel.Length, 1)], ("kernel_shape", new long[] { _kernel.Length, 1 }));
            sum = graph.Add("Conv", [sum, graph.Constant(_kernel, 1, 1, 1, _kernel.Length)], ("kernel_shape", new long[] { 1, _kernel.Length }));
        }

        return graph.Add("Squeeze", [graph.Resize(sum, size.Height, size.Width), graph.Constant([1L])]);
    }

    /// <summary>N x C x h x w to another height and width, bilinear.</summary>
    public static Tensor Resize(Tensor maps, int height, int width) => maps.shape[2] == height && maps.shape[3] == width
        ? maps.alias()
        : nn.functional.interpolate(maps, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);

    private static float[] Kernel(double sigma)
    {
        var radius = (int)Math.Ceiling(3 * sigma);
        var weights = Enumerable.Range(-radius, (2 * radius) + 1).Select(i => sigma == 0 ? 1 : Math.Exp(-(i * i) / (2 * sigma * sigma))).ToArray();
        return [.. weights.Select(w => (float)(w / weights.Sum()))];
    }
}
