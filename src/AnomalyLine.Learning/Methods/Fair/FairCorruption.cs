using AnomalyLine.Imaging;
using AnomalyLine.Learning.Corruption;

namespace AnomalyLine.Learning.Methods.Fair;

/// <summary>
/// FAIR's training anomalies without a set of textures, in the variant with natural ones (their code's best): a fifth of the frames may get a large
/// turned patch; the others may get a seamless patch and then may get a texture. Each of the three steps is left out half of the time, so three
/// frames in ten stay clean.
/// </summary>
internal static class FairCorruption
{
    /// <summary>A <see cref="FrameCorruption"/>.</summary>
    public static void Apply(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask)
    {
        if (random.NextDouble() < 0.2)
        {
            if (random.Next(2) == 0) TurnedPatch.Apply(frame, other, size, random, mask);
            return;
        }

        if (random.Next(2) == 0) SeamlessPatch.Apply(frame, other, size, random, mask);
        if (random.Next(2) == 0) TextureBlend.Apply(frame, other, size, random, mask);
    }
}
