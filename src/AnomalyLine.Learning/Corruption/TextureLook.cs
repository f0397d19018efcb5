using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Corruption;

/// <summary>
/// Three random changes, out of nine, that turn normal material into a foreign texture: gamma, brightness, contrast, hue and saturation, dropped
/// channels, solarise, posterise, invert, and a turn by up to 45 degrees to either side. All but the turn act on single pixels: colours are mixed first,
/// then each channel goes through its curve.
/// </summary>
internal sealed class TextureLook
{
    private const int Kinds = 9;
    private const int Chosen = 3;
    private const int Levels = 256;
    private readonly float[] _mix;
    private readonly float[] _curves;
    private readonly int _channels;

    /// <summary>Draws the changes.</summary>
    public TextureLook(int channels, Random random)
    {
        _channels = channels;
        _mix = new float[channels * channels];
        for (var c = 0; c < channels; c++) _mix[c * (channels + 1)] = 1;
        _curves = new float[channels * Levels];
        for (var i = 0; i < _curves.Length; i++) _curves[i] = i % Levels / (Levels - 1f);
        Span<int> kinds = stackalloc int[Kinds];
        for (var i = 0; i < Kinds; i++) kinds[i] = i;
        random.Shuffle(kinds);
        foreach (var kind in kinds[..Chosen]) Add(kind, random);
    }

    /// <summary>By how much the texture is turned, radians.</summary>
    public float Turn { get; private set; }

    /// <summary>Changes a pixel in place: one value a channel, in [0, 1] afterwards.</summary>
    public void Apply(Span<float> pixel)
    {
        Span<float> mixed = stackalloc float[_channels];
        for (var c = 0; c < _channels; c++)
        {
            float sum = 0;
            for (var from = 0; from < _channels; from++) sum += _mix[(c * _channels) + from] * pixel[from];
            mixed[c] = sum;
        }

        for (var c = 0; c < _channels; c++) pixel[c] = _curves[(c * Levels) + (int)((Math.Clamp(mixed[c], 0, 1) * (Levels - 1)) + 0.5f)];
    }

    private void Add(int kind, Random random)
    {
        switch (kind)
        {
            case 0: Curves(_ => random.Between(0.5f, 2f), MathF.Pow); break;
            case 1:
                var (gain, shift) = (random.Between(0.8f, 1.2f), random.Between(-30, 30) / 255f);
                Curves(_ => gain, (v, g) => (v * g) + shift);
                break;
            case 2:
                var (low, high) = (random.Between(0, 0.3f), random.Between(0.7f, 1));
                Curves(_ => low, (v, l) => (v - l) / (high - l));
                break;
            case 3: MixColours(random.Between(-MathF.PI, MathF.PI), random.Between(0.6f, 1.6f)); break;
            case 4: Drop(random); break;
            case 5: Curves(_ => random.Between(32, 128) / 255f, (v, threshold) => v >= threshold ? 1 - v : v); break;
            case 6: Curves(_ => 1 << random.Next(1, 8), (v, steps) => MathF.Floor(v * (steps - 0.001f)) / steps); break;
            case 7: Curves(_ => 1f, (v, one) => one - v); break;
            default: Turn = random.Between(-MathF.PI / 4, MathF.PI / 4); break;
        }
    }

    private void Curves(Func<int, float> parameter, Func<float, float, float> change)
    {
        for (var c = 0; c < _channels; c++)
        {
            var p = parameter(c);
            foreach (ref var value in _curves.AsSpan(c * Levels, Levels)) value = Math.Clamp(change(value, p), 0, 1);
        }
    }

    /// <summary>Turns colours about the grey axis, then moves them from or to their grey (the channels' mean). Grey frames have no colour.</summary>
    private void MixColours(float hue, float saturation)
    {
        if (_channels != 3) return;
        var (sin, cos) = MathF.SinCos(hue);
        for (var to = 0; to < 3; to++)
        {
            for (var from = 0; from < 3; from++)
            {
                var across = to == from ? 0 : (to + 1) % 3 == from ? -sin / MathF.Sqrt(3) : sin / MathF.Sqrt(3);
                var turned = (to == from ? cos : 0) + across + ((1 - cos) / 3);
                _mix[(to * 3) + from] = (saturation * turned) + ((1 - saturation) / 3);
            }
        }
    }

    /// <summary>Takes away each channel half of the time, but never the last one.</summary>
    private void Drop(Random random)
    {
        var kept = random.Next(_channels);
        for (var c = 0; c < _channels; c++)
            if (c != kept && random.Next(2) == 0) _curves.AsSpan(c * Levels, Levels).Clear();
    }
}
