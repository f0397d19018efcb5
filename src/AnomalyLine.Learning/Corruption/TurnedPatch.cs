using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Corruption;

/// <summary>
/// A patch, often a large one, cut out of a normal frame, turned by any angle and pasted elsewhere (after Li, Sohn, Yoon, Pfister, "CutPaste", 2021,
/// with the sizes that FAIR's code draws). Where the turned patch has no content it is black. It takes away so much of a part that the
/// place can only be rebuilt by knowing what belongs there.
/// </summary>
internal static class TurnedPatch
{
    /// <summary>Pastes one patch; a <see cref="FrameCorruption"/>.</summary>
    public static void Apply(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask)
    {
        var (fromX, width) = Side(size.Width, random);
        var (fromY, height) = Side(size.Height, random);
        int left = random.Next(size.Width - width + 1), top = random.Next(size.Height - height + 1);
        var (sin, cos) = MathF.SinCos(random.Between(0, MathF.Tau));
        var plane = size.Width * size.Height;
        for (var y = 0; y < height; y++)
        {
            var v = y + 0.5f - (height / 2f);
            for (var x = 0; x < width; x++)
            {
                var u = x + 0.5f - (width / 2f);
                var inX = (int)MathF.Floor((cos * u) - (sin * v) + (width / 2f));
                var inY = (int)MathF.Floor((sin * u) + (cos * v) + (height / 2f));
                var empty = inX < 0 || inX >= width || inY < 0 || inY >= height;
                var (to, from) = (((top + y) * size.Width) + left + x, ((fromY + inY) * size.Width) + fromX + inX);
                for (var c = 0; c < frame.Length; c += plane) frame[c + to] = empty ? 0 : other[c + from];
                mask[to] = 1;
            }
        }
    }

    /// <summary>From anywhere, 80 to 90 % of the side or what is left of it.</summary>
    private static (int From, int Length) Side(int side, Random random)
    {
        var from = random.Next(side);
        return (from, Math.Min((int)(side * random.Between(0.8f, 0.9f)), side - from));
    }
}
