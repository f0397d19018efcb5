using AnomalyLine.Inference.Onnx;
using AnomalyLine.Learning.Methods;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// Butterworth high-pass in the frequency domain (Liu et al., "FAIR", 2023): H(d) = 1 / (1 + (cutoff / d)^(2 n)), n = 2, d the distance from frequency 0 in
/// cycles along S, the side of a square of as many pixels as the frame has. H is symmetric, so half of the spectrum of a real image is enough and the result is real.
/// </summary>
internal static class HighPass
{
    private const int Order = 2;

    /// <summary>H for the half spectrum: height x (width / 2 + 1), 0 at frequency 0, towards 1 for high frequencies.</summary>
    /// <param name="size">Of the frame.</param>
    /// <param name="cutoff">Where H is a half, cycles along S.</param>
    public static Tensor Gains(InputSize size, double cutoff)
    {
        var (half, across, down) = ((size.Width / 2) + 1, size.Side / size.Width, size.Side / size.Height);
        var gains = new float[size.Height * half];
        for (var i = 0; i < gains.Length; i++)
        {
            int row = i / half, column = i % half;
            var d = Math.Sqrt(Math.Pow(Math.Min(row, size.Height - row) * down, 2) + Math.Pow(column * across, 2));
            gains[i] = (float)(1 / (1 + Math.Pow(cutoff / d, 2 * Order)));
        }

        return tensor(gains, [size.Height, half]);
    }

    /// <summary>Filters images.</summary>
    /// <param name="images">N x C x height x width.</param>
    /// <param name="gains">What <see cref="Gains"/> gave for that size, on the same device.</param>
    /// <returns>As <paramref name="images"/>, mean 0.</returns>
    public static Tensor Apply(Tensor images, Tensor gains)
    {
        using var scope = NewDisposeScope();
        return fft.irfft2(fft.rfft2(images) * gains, [images.shape[2], images.shape[3]]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same as <see cref="Apply"/>, without complex numbers: K (G ∘ (K x L)) L / (HW) with Hartley's matrices K = cos + sin of 2π i j / H, and L likewise of W. Exact, because H is the same for
    /// a frequency and its opposite along either axis, whose cosines and sines Hartley's waves mix.
    /// </summary>
    public static OnnxValue Write(OnnxGraph graph, OnnxValue images, Tensor gains, InputSize size)
    {
        using var scope = NewDisposeScope();

        // The other half of the spectrum, its columns backwards: column W - j has the gains of column j.
        var whole = cat([gains, gains.narrow(1, 1, size.Width - gains.shape[1]).flip(1)], 1) / S((double)size.Width * size.Height);
        var down = graph.Constant(Hartley(size.Height));
        var across = size.Width == size.Height ? down : graph.Constant(Hartley(size.Width));
        var spectrum = graph.Add("Mul", [Transform(images), graph.Constant(whole)]);
        return Transform(spectrum);

        OnnxValue Transform(OnnxValue value) => graph.Add("MatMul", [graph.Add("MatMul", [down, value]), across]);
    }

    private static Tensor Hartley(int side)
    {
        var waves = new float[side * side];
        for (var i = 0; i < waves.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * (i / side * (i % side) % side) / side);
            waves[i] = (float)(cosine + sine);
        }

        return tensor(waves, [side, side]);
    }
}
