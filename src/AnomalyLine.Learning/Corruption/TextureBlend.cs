using System.Buffers;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;
using AnomalyLine.Learning.Masking;

namespace AnomalyLine.Learning.Corruption;

/// <summary>
/// DRAEM's anomalies (Zavrtanik, Kristan, Skočaj 2021, eq. 3): I_a = (1 - M) I + M ((1 - b) A + b I) with a Perlin mask M, b uniform in [0, 0.8] and
/// a texture A. The paper takes A from a data set of textures; here it is, half of the time each, another training frame, moved by a random
/// amount round its edges, or noise, and looks foreign by <see cref="TextureLook"/>.
/// </summary>
internal static class TextureBlend
{
    private const float MostTransparent = 0.8f;

    /// <summary>Lays one texture over the frame; a <see cref="FrameCorruption"/>.</summary>
    public static void Apply(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask)
    {
        var plane = size.Width * size.Height;
        var covered = ArrayPool<bool>.Shared.Rent(plane);
        PerlinMask.Draw(size.Width, size.Height, random, covered.AsSpan(0, plane));
        var look = new TextureLook(size.Channels, random);
        var noise = random.Next(2) == 0 ? new NoiseTexture(size.Channels, random) : null;
        var share = random.Between(0, MostTransparent);
        int right = random.Next(size.Width), down = random.Next(size.Height);
        var (sin, cos) = MathF.SinCos(look.Turn);
        Span<float> pixel = stackalloc float[size.Channels];
        for (var i = 0; i < plane; i++)
        {
            if (!covered[i]) continue;
            int x = i % size.Width, y = i / size.Width;
            if (noise is null)
            {
                int fromX = Wrap((int)((cos * x) - (sin * y)) + right, size.Width), fromY = Wrap((int)((sin * x) + (cos * y)) + down, size.Height);
                for (var c = 0; c < pixel.Length; c++) pixel[c] = other[(c * plane) + (fromY * size.Width) + fromX];
            }
            else
            {
                noise.Take(x / (float)size.Width, y / (float)size.Height, pixel);
            }

            look.Apply(pixel);
            for (var c = 0; c < pixel.Length; c++)
            {
                ref var value = ref frame[(c * plane) + i];
                value = (share * value) + ((1 - share) * pixel[c]);
            }

            mask[i] = 1;
        }

        ArrayPool<bool>.Shared.Return(covered);
    }

    private static int Wrap(int value, int length) => ((value % length) + length) % length;
}
