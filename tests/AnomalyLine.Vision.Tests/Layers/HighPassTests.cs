using AnomalyLine.Learning.Layers;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests.Layers;

public sealed class HighPassTests
{
    [Fact]
    public void Apply_AnyImage_EqualsTheWholeShiftedSpectrum()
    {
        // As the published code does it: shift frequency 0 to the middle, multiply, shift back, take the real part.
        using var scope = NewDisposeScope();
        const int side = 32;
        const double cutoff = 6;
        var image = rand(2, 1, side, side);
        var gains = new float[side * side];
        for (var i = 0; i < gains.Length; i++)
        {
            var d = Math.Sqrt(Math.Pow((i % side) - (side / 2), 2) + Math.Pow((i / side) - (side / 2), 2));
            gains[i] = (float)(1 / (1 + Math.Pow(cutoff / (d + 1e-6), 4)));
        }

        var spectrum = fft.fftshift(fft.fft2(image), [2, 3]) * tensor(gains, [side, side]);
        var expected = fft.ifft2(fft.ifftshift(spectrum, [2, 3])).real;
        var filtered = HighPass.Apply(image, HighPass.Gains(side, cutoff));
        Assert.True((filtered - expected).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Apply_WaveAtTheCutoff_IsHalved()
    {
        using var scope = NewDisposeScope();
        var wave = (arange(64, ScalarType.Float32) * (2 * Math.PI * 8 / 64)).cos().expand(1, 1, 64, 64) + 0.7f;
        var filtered = HighPass.Apply(wave, HighPass.Gains(64, 8));
        Assert.Equal(0.5, filtered.max().item<float>(), 1e-4);
        Assert.Equal(-0.5, filtered.min().item<float>(), 1e-4);
    }
}
