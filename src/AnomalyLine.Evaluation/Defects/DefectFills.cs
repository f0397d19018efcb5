using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>What a planted defect looks like: values for the whole frame, of which the shape takes its part.</summary>
internal static class DefectFills
{
    public static void Fill(SyntheticDefectKind kind, ReadOnlySpan<float> frame, InputSpec input, float[] shape, Random random, Span<float> result)
    {
        switch (kind)
        {
            case SyntheticDefectKind.CutPaste: Elsewhere(frame, input, random, result); break;
            case SyntheticDefectKind.Texture: Foreign(frame, input, random, result); break;
            case SyntheticDefectKind.Scratch: Contrast(frame, shape, random, result); break;
            case SyntheticDefectKind.Blur: Blurred(frame, input, random, result); break;
            case SyntheticDefectKind.Stain: Tinted(frame, input, random, result); break;
            default: Surroundings(frame, input, shape, result); break;
        }
    }

    /// <summary>The frame moved by a good part of its size (round its edges), slightly lighter or darker.</summary>
    private static void Elsewhere(ReadOnlySpan<float> frame, InputSpec input, Random random, Span<float> result)
    {
        int dx = (int)(input.Width * random.Between(0.25f, 0.75f)), dy = (int)(input.Height * random.Between(0.25f, 0.75f));
        var gain = random.Between(0.85f, 1.15f);
        for (var row = 0; row < input.Channels * input.Height; row++)
        {
            var source = frame.Slice(((row / input.Height * input.Height) + ((row + dy) % input.Height)) * input.Width, input.Width);
            for (var x = 0; x < input.Width; x++) result[(row * input.Width) + x] = gain * source[(x + dx) % input.Width];
        }
    }

    /// <summary>Bands of noise in two muted colours, mixed with the frame.</summary>
    private static void Foreign(ReadOnlySpan<float> frame, InputSpec input, Random random, Span<float> result)
    {
        var noise = new ValueNoise(random);
        var (cell, bands, share) = (random.Between(4, 14), random.Between(2, 9), random.Between(0.6f, 0.95f));
        var (light, dark) = (random.NextSingle(), random.NextSingle());
        var plane = input.Width * input.Height;
        for (var c = 0; c < input.Channels; c++)
        {
            var (one, other) = (light + random.Between(-0.12f, 0.12f), dark + random.Between(-0.12f, 0.12f));
            for (var i = 0; i < plane; i++)
            {
                float x = i % input.Width / (float)input.Width, y = i / input.Width / (float)input.Height;
                var t = 0.5f + (0.5f * MathF.Sin(bands * MathF.PI * noise.Fractal(x * cell, y * cell)));
                result[(c * plane) + i] = (share * (one + (t * (other - one)))) + ((1 - share) * frame[(c * plane) + i]);
            }
        }
    }

    /// <summary>Lighter on dark ground, darker on light ground.</summary>
    private static void Contrast(ReadOnlySpan<float> frame, float[] shape, Random random, Span<float> result)
    {
        var (sum, weight) = (0f, 1e-6f);
        for (var i = 0; i < frame.Length; i++)
        {
            sum += shape[i % shape.Length] * frame[i];
            weight += shape[i % shape.Length];
        }

        var strength = random.Between(0.25f, 0.5f) * (sum / weight < 0.5f ? 1 : -1);
        for (var i = 0; i < frame.Length; i++) result[i] = frame[i] + strength;
    }

    private static void Blurred(ReadOnlySpan<float> frame, InputSpec input, Random random, Span<float> result)
    {
        var reach = Math.Max(2, (int)(Math.Min(input.Width, input.Height) * random.Between(0.03f, 0.06f)));
        var across = new float[frame.Length];
        for (var row = 0; row < input.Channels * input.Height; row++)
            Average(frame.Slice(row * input.Width, input.Width), 1, input.Width, reach, across.AsSpan(row * input.Width));
        for (var c = 0; c < input.Channels; c++)
            for (var x = 0; x < input.Width; x++)
                Average(across.AsSpan((c * input.Width * input.Height) + x), input.Width, input.Height, reach, result[((c * input.Width * input.Height) + x)..]);
    }

    private static void Tinted(ReadOnlySpan<float> frame, InputSpec input, Random random, Span<float> result)
    {
        var plane = input.Width * input.Height;
        var dark = random.Between(0.35f, 0.65f);
        for (var c = 0; c < input.Channels; c++)
        {
            // Rust and oil swallow blue most.
            var factor = dark * (input.Channels == 3 ? 1.25f - (0.3f * c) : 1);
            for (var i = c * plane; i < (c + 1) * plane; i++) result[i] = frame[i] * factor;
        }
    }

    /// <summary>The mean colour of what lies within the shape's soft edge and just outside it.</summary>
    private static void Surroundings(ReadOnlySpan<float> frame, InputSpec input, float[] shape, Span<float> result)
    {
        var plane = shape.Length;
        int left = input.Width, right = 0, top = input.Height, bottom = 0;
        for (var i = 0; i < plane; i++)
        {
            if (shape[i] <= 0) continue;
            int x = i % input.Width, y = i / input.Width;
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
        }

        for (var c = 0; c < input.Channels; c++)
        {
            var (sum, count) = (0f, 0);
            for (var y = Math.Max(top - 2, 0); y <= Math.Min(bottom + 2, input.Height - 1); y++)
            {
                for (var x = Math.Max(left - 2, 0); x <= Math.Min(right + 2, input.Width - 1); x++)
                {
                    if (shape[(y * input.Width) + x] > 0) continue;
                    sum += frame[(c * plane) + (y * input.Width) + x];
                    count++;
                }
            }

            result.Slice(c * plane, plane).Fill(count == 0 ? 0 : sum / count);
        }
    }

    /// <summary>Mean over 2 x reach + 1 neighbours along a line, fewer at its ends.</summary>
    private static void Average(ReadOnlySpan<float> line, int stride, int count, int reach, Span<float> result)
    {
        double sum = 0;
        int from = 0, to = 0;
        for (var i = 0; i < count; i++)
        {
            for (; to < Math.Min(i + reach + 1, count); to++) sum += line[to * stride];
            for (; from < i - reach; from++) sum -= line[from * stride];
            result[i * stride] = (float)(sum / (to - from));
        }
    }
}
