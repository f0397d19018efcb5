using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Demo.Parts;

/// <summary>The tool marks of one part and the belt under it. No two parts have the same.</summary>
internal sealed class PartTexture
{
    private const int Rings = 2048;
    private readonly float[] _rings = new float[Rings + 1];
    private readonly float _offset;

    /// <param name="random">Where the marks come from.</param>
    /// <param name="pixel">Size of a pixel in part units: finer marks are averaged, as a lens does.</param>
    public PartTexture(Random random, float pixel)
    {
        Noise = new ValueNoise(random);
        _offset = random.Between(0, 200);
        var feed = random.Between(0, MathF.Tau);
        var fine = new float[Rings + 1];
        for (var i = 0; i <= Rings; i++)
            fine[i] = (0.55f * Noise.At(i * 0.55f, 3.5f)) + (0.45f * Noise.At(i * 0.07f, 9.5f)) + (0.25f * MathF.Sin(feed + (i * 0.42f)));
        var reach = (int)(pixel * Rings * 0.8f);
        for (var i = 0; i <= Rings; i++)
        {
            var from = Math.Max(i - reach, 0);
            var to = Math.Min(i + reach, Rings);
            var sum = 0f;
            for (var k = from; k <= to; k++) sum += fine[k];
            _rings[i] = sum / (to - from + 1);
        }
    }

    public ValueNoise Noise { get; }

    /// <summary>Turning marks: rings whose strength wanders along them; about [-1, 1].</summary>
    public float Ring(float r, float u, float v) =>
        _rings[Math.Min((int)(r * Rings), Rings)] * (0.75f + (0.5f * Noise.At((u * 5) + _offset, (v * 5) + _offset)));

    /// <summary>Woven rubber belt; about [-1, 1].</summary>
    public float Belt(float u, float v)
    {
        var weave = MathF.Sin((u + v) * 95 + _offset) * MathF.Sin((u - v) * 95);
        return (0.45f * weave) + (0.6f * Noise.Fractal((u * 9) + _offset, (v * 9) - _offset));
    }

    /// <summary>Cloudiness of the metal; about [-1, 1].</summary>
    public float Cloud(float u, float v) => Noise.At((u * 3) + 50 + _offset, (v * 3) + 90);
}
