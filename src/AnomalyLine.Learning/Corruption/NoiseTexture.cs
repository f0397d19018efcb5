using AnomalyLine.Imaging.Drawing;
using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Learning.Corruption;

/// <summary>Clouds of random colours, each channel with gradient noise of its own: material that no training frame has.</summary>
internal sealed class NoiseTexture
{
    private readonly Perlin[] _noise;
    private readonly (float Middle, float Swing)[] _levels;
    private readonly int _columns;
    private readonly int _rows;

    /// <summary>Draws one.</summary>
    public NoiseTexture(int channels, Random random)
    {
        (_columns, _rows) = (1 << random.Next(1, 7), 1 << random.Next(1, 7));
        _noise = new Perlin[channels];
        _levels = new (float, float)[channels];
        for (var c = 0; c < channels; c++)
        {
            _noise[c] = new Perlin(_columns, _rows, random);
            _levels[c] = (random.NextSingle(), random.Between(0, 0.6f));
        }
    }

    /// <summary>The colour at a place of the frame.</summary>
    /// <param name="x">0 at the left, 1 at the right.</param>
    /// <param name="y">0 at the top, 1 at the bottom.</param>
    /// <param name="pixel">Takes one value a channel, in [0, 1].</param>
    public void Take(float x, float y, Span<float> pixel)
    {
        for (var c = 0; c < pixel.Length; c++)
            pixel[c] = Math.Clamp(_levels[c].Middle + (_levels[c].Swing * _noise[c].At(x * _columns, y * _rows)), 0, 1);
    }
}
