using AnomalyLine.Inference.Onnx;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Layers;

/// <summary>
/// Butterworth high-pass in the frequency domain (Liu et al., "FAIR", 2023): H(d) = 1 / (1 + (cutoff / d)^(2 n)), n = 2, d the distance from frequency 0 in
/// cycles a frame. H is symmetric, so half of the spectrum of a real image is enough and the result is real.
/// </summary>
internal static class HighPass
{
    private const int Order = 2;

    /// <summary>H for the half spectrum of a square frame: side x (side / 2 + 1), 0 at frequency 0, towards 1 for high frequencies.</summary>
    /// <param name="side">Pixels.</param>
    /// <param name="cutoff">Where H is a half, cycles a frame.</param>
    public static Tensor Gains(int side, double cutoff)
    {
        var half = (side / 2) + 1;
        var gains = new float[side * half];
        for (var i = 0; i < gains.Length; i++)
        {
            int row = i / half, column = i % half;
            var d = Math.Sqrt(Math.Pow(Math.Min(row, side - row), 2) + Math.Pow(column, 2));
            gains[i] = (float)(1 / (1 + Math.Pow(cutoff / d, 2 * Order)));
        }

        return tensor(gains, [side, half]);
    }

    /// <summary>Filters images.</summary>
    /// <param name="images">N x C x S x S.</param>
    /// <param name="gains">What <see cref="Gains"/> gave for S, on the same device.</param>
    /// <returns>As <paramref name="images"/>, mean 0.</returns>
    public static Tensor Apply(Tensor images, Tensor gains)
    {
        using var scope = NewDisposeScope();
        return fft.irfft2(fft.rfft2(images) * gains, [images.shape[2], images.shape[3]]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same as <see cref="Apply"/>, without complex numbers: K (G ∘ (K x K)) K / S² with Hartley's matrix K = cos + sin of 2π i j / S. Exact, because H is the same for
    /// a frequency and its opposite along either axis, whose cosines and sines Hartley's waves mix.
    /// </summary>
    public static OnnxValue Write(OnnxGraph graph, OnnxValue images, Tensor gains)
    {
        using var scope = NewDisposeScope();
        var side = (int)gains.shape[0];
        var waves = new float[side * side];
        for (var i = 0; i < waves.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * (i / side * (i % side) % side) / side);
            waves[i] = (float)(cosine + sine);
        }

        // The other half of the spectrum, its columns backwards: column S - j has the gains of column j.
        var whole = cat([gains, gains.narrow(1, 1, side - gains.shape[1]).flip(1)], 1) / S((double)side * side);
        var k = graph.Constant(tensor(waves, [side, side]));
        var spectrum = graph.Add("Mul", [Transform(images), graph.Constant(whole)]);
        return Transform(spectrum);

        OnnxValue Transform(OnnxValue value) => graph.Add("MatMul", [graph.Add("MatMul", [k, value]), k]);
    }
}
