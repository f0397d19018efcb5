using System.Buffers;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Corruption;

/// <summary>
/// A patch of another normal frame, resized and blended in without a seam (after Schlüter, Tan, Hou, Kainz, "Natural synthetic anomalies for
/// self-supervised anomaly detection and localization", ECCV 2022): the patch keeps its gradients, and the difference to the frame along its edge is
/// carried inwards by a <see cref="Membrane"/>.
/// </summary>
internal static class SeamlessPatch
{
    private const int Attempts = 8;

    /// <summary>Mean change below which a patch is no anomaly, background on background, say. They exclude the background by its known brightness.</summary>
    private const float LeastChange = 0.02f;

    /// <summary>Blends one patch in; a <see cref="FrameCorruption"/>. Rarely, where no place gives a visible change, the frame stays as it is.</summary>
    public static void Apply(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask)
    {
        var changed = false;
        for (var attempt = 0; attempt < Attempts && !changed; attempt++)
        {
            var zoom = Math.Clamp(1 + (0.5f * Normal(random)), 0.7f, 1.3f);
            int width = Side(size.Width, zoom, random), height = Side(size.Height, zoom, random);
            int left = random.Next(size.Width - width + 1), top = random.Next(size.Height - height + 1);
            var rented = ArrayPool<float>.Shared.Rent((size.Channels + 1) * width * height);
            var field = rented.AsSpan(0, width * height);
            var patch = rented.AsSpan(width * height, size.Channels * width * height);
            Cut(other, size, patch, width, height, zoom, random);
            for (var c = 0; c < size.Channels; c++)
                Fit(Rectangle(frame, size, c, left, top), size.Width, patch.Slice(c * width * height, width * height), field, width);
            changed = Paste(frame, size, patch, left, top, width, mask);
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>A random place of the other frame, zoomed to channels x height x width.</summary>
    private static void Cut(ReadOnlySpan<float> other, InputSpec size, Span<float> patch, int width, int height, float zoom, Random random)
    {
        var (fromWidth, fromHeight) = (Math.Min(width / zoom, size.Width), Math.Min(height / zoom, size.Height));
        var (left, top) = (random.NextSingle() * (size.Width - fromWidth), random.NextSingle() * (size.Height - fromHeight));
        for (var row = 0; row < size.Channels * height; row++)
        {
            var line = Rectangle(other, size, row / height, 0, (int)(top + ((row % height + 0.5f) * fromHeight / height)));
            for (var x = 0; x < width; x++) patch[(row * width) + x] = line[(int)(left + ((x + 0.5f) * fromWidth / width))];
        }
    }

    /// <summary>Adds to one channel of the patch what makes it meet the frame along its edge.</summary>
    private static void Fit(ReadOnlySpan<float> frame, int stride, Span<float> patch, Span<float> field, int width)
    {
        var height = patch.Length / width;
        for (var y = 0; y < height; y++)
        {
            var step = y == 0 || y == height - 1 ? 1 : width - 1;
            for (var x = 0; x < width; x += step) field[(y * width) + x] = frame[(y * stride) + x] - patch[(y * width) + x];
        }

        Membrane.Stretch(field, width);
        for (var i = 0; i < patch.Length; i++) patch[i] = Math.Clamp(patch[i] + field[i], 0, 1);
    }

    private static bool Paste(Span<float> frame, InputSpec size, ReadOnlySpan<float> patch, int left, int top, int width, Span<float> mask)
    {
        var height = patch.Length / width / size.Channels;
        float sum = 0;
        for (var i = 0; i < patch.Length; i++) sum += Math.Abs(patch[i] - frame[At(i)]);
        if (sum / patch.Length < LeastChange) return false;
        for (var i = 0; i < patch.Length; i++)
        {
            var at = At(i);
            if (Math.Abs(patch[i] - frame[at]) > LeastChange) mask[at % mask.Length] = 1;
            frame[at] = patch[i];
        }

        return true;

        int At(int i) => (((i / width / height * size.Height) + top + (i / width % height)) * size.Width) + left + (i % width);
    }

    /// <summary>One channel from a pixel on, in rows of the frame's width.</summary>
    private static ReadOnlySpan<float> Rectangle(ReadOnlySpan<float> frame, InputSpec size, int channel, int left, int top) =>
        frame[((((channel * size.Height) + top) * size.Width) + left)..];

    /// <summary>Twice a half side of 0.03 plus gamma distributed (shape 2, scale 0.05) of the frame's side, 0.05..0.4 of it, zoomed.</summary>
    private static int Side(int side, float zoom, Random random)
    {
        var half = 0.03f - (0.05f * MathF.Log((1 - random.NextSingle()) * (1 - random.NextSingle())));
        return Math.Clamp((int)(2 * Math.Clamp(half, 0.05f, 0.4f) * side * zoom), 4, side);
    }

    private static float Normal(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(random.Between(0, MathF.Tau));
}
