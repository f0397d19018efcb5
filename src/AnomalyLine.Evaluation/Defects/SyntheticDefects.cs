using AnomalyLine.Imaging;

namespace AnomalyLine.Evaluation.Defects;

/// <summary>
/// Plants defects on prepared frames of normal parts, with masks: labelled test frames where nobody has collected defects yet, to compare models without looking at the
/// test set. The same seed gives the same defect. Stateless; any thread.
/// </summary>
internal static class SyntheticDefects
{
    /// <summary>Mean change inside the mask below which a person would overlook the defect.</summary>
    private const float LeastChange = 0.06f;

    private const int Attempts = 12;

    /// <summary>Plants one defect.</summary>
    /// <param name="frame">Channels x height x width in [0, 1].</param>
    /// <param name="input">Size of the frame.</param>
    /// <param name="seed">Place, shape and strength follow from it.</param>
    /// <param name="wanted">What to plant. On frames where it would not show (a blur on a flat surface, say) a foreign texture is planted instead.</param>
    /// <param name="result">Takes the frame with the defect, in [0, 1]; as long as the frame, not overlapping it.</param>
    /// <param name="mask">Takes true where the defect is; height x width.</param>
    /// <returns>What was planted.</returns>
    /// <exception cref="ArgumentException">A length does not fit the input.</exception>
    public static SyntheticDefectKind Plant(ReadOnlySpan<float> frame, InputSpec input, int seed, SyntheticDefectKind wanted, Span<float> result, Span<bool> mask)
    {
        var plane = input.Width * input.Height;
        if (frame.Length != input.Length || result.Length != input.Length || mask.Length != plane)
            throw new ArgumentException($"A frame of {input} has {input.Length} values and a mask of {plane}, not {frame.Length}, {result.Length} and {mask.Length}.", nameof(input));
        var random = new Random(seed);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var kind = attempt < Attempts / 2 ? wanted : SyntheticDefectKind.Texture;
            var patch = DefectShapes.Take(kind, input, random);
            DefectFills.Fill(kind, frame, input, patch, random, result);
            if (Blend(frame, input, patch, result, mask) >= LeastChange) return kind;
        }

        // Only a frame that is itself extreme noise gets here: turn the last patch to its negative, which differs from anything but mid-grey.
        for (var i = 0; i < result.Length; i++)
            if (mask[i % plane]) result[i] = frame[i] < 0.5f ? 1 : 0;
        return SyntheticDefectKind.Texture;
    }

    /// <summary>Lays the filling over the frame; returns the mean change inside the mask, 0 without a mask.</summary>
    private static float Blend(ReadOnlySpan<float> frame, InputSpec input, float[] patch, Span<float> result, Span<bool> mask)
    {
        var (change, count) = (0f, 0);
        for (var i = 0; i < patch.Length; i++)
        {
            mask[i] = patch[i] > 0.4f;
            for (var at = i; at < frame.Length; at += patch.Length)
            {
                result[at] = frame[at] + (patch[i] * (Math.Clamp(result[at], 0, 1) - frame[at]));
                if (!mask[i]) continue;
                change += Math.Abs(result[at] - frame[at]);
                count++;
            }
        }

        return count < 4 * input.Channels ? 0 : change / count;
    }
}
