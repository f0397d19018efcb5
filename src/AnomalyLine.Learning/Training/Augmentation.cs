using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Drawing;

namespace AnomalyLine.Learning.Training;

/// <summary>Random changes of a prepared frame that leave a normal part normal. All are off by default: which ones are harmless depends on the part.</summary>
/// <param name="Shift">Largest shift to each side, pixels of the prepared frame, 0..a quarter of its side; edges are repeated.</param>
/// <param name="Rotation">Largest turn to either side, degrees, 0..180; between pixels values are interpolated, edges are repeated.</param>
/// <param name="Brightness">Largest relative change of brightness, 0..0.5.</param>
/// <param name="Colour">Largest relative change of each channel by itself, 0..0.5.</param>
/// <param name="FlipHorizontal">Mirror left and right half of the time.</param>
/// <param name="FlipVertical">Mirror top and bottom half of the time.</param>
/// <param name="QuarterTurns">Turn by 0, 90, 180 or 270 degrees; square frames only.</param>
internal sealed record Augmentation(
    int Shift = 0, double Rotation = 0, double Brightness = 0, double Colour = 0, bool FlipHorizontal = false, bool FlipVertical = false, bool QuarterTurns = false)
{
    /// <summary>Whether nothing is ever changed.</summary>
    public bool IsNone => this == new Augmentation();

    /// <summary>Writes a changed copy of a frame.</summary>
    /// <param name="frame">Planes x height x width in [0, 1]; the frames of a clip are changed alike.</param>
    /// <param name="input">Size of the frame.</param>
    /// <param name="random">Decides.</param>
    /// <param name="result">Takes the copy, in [0, 1]; as long as the frame, not overlapping it.</param>
    /// <exception cref="ArgumentException">A length does not fit the input, or quarter turns are asked of a frame that is not square.</exception>
    public void Apply(ReadOnlySpan<float> frame, InputSpec input, Random random, Span<float> result)
    {
        if (frame.Length != input.Length || result.Length != input.Length)
            throw new ArgumentException($"A frame of {input} has {input.Length} values, not {frame.Length} and {result.Length}.", nameof(input));
        if (QuarterTurns && input.Width != input.Height) throw new ArgumentException($"A frame of {input.Width} x {input.Height} is not square; switch quarter turns off.", nameof(input));
        int dx = random.Next(-Shift, Shift + 1), dy = random.Next(-Shift, Shift + 1);
        Span<float> gains = stackalloc float[input.Channels];
        gains.Fill(1 + random.Between(-(float)Brightness, (float)Brightness));
        foreach (ref var gain in gains) gain *= 1 + random.Between(-(float)Colour, (float)Colour);
        bool mirror = FlipHorizontal && random.Next(2) == 0, turnOver = FlipVertical && random.Next(2) == 0;
        var turns = QuarterTurns ? random.Next(4) : 0;
        var angle = Rotation * ((2 * random.NextDouble()) - 1) * Math.PI / 180;

        if (angle == 0) Copy(frame, input, (dx, dy), mirror, turnOver, turns, gains, result);
        else Turn(frame, input, (dx, dy), mirror, turnOver, angle + (turns * Math.PI / 2), gains, result);
    }

    /// <summary>Whole pixels to whole pixels.</summary>
    private static void Copy(ReadOnlySpan<float> frame, InputSpec input, (int X, int Y) shift, bool mirror, bool turnOver, int turns, ReadOnlySpan<float> gains, Span<float> result)
    {
        var plane = input.Width * input.Height;
        for (var i = 0; i < plane; i++)
        {
            int x = Math.Clamp((i % input.Width) + shift.X, 0, input.Width - 1), y = Math.Clamp((i / input.Width) + shift.Y, 0, input.Height - 1);
            if (mirror) x = input.Width - 1 - x;
            if (turnOver) y = input.Height - 1 - y;
            for (var t = 0; t < turns; t++) (x, y) = (y, input.Width - 1 - x);
            var from = (y * input.Width) + x;
            for (var c = 0; c < input.Planes; c++) result[(c * plane) + i] = Math.Clamp(frame[(c * plane) + from] * gains[c % gains.Length], 0, 1);
        }
    }

    /// <summary>About the centre, between four pixels.</summary>
    private static void Turn(ReadOnlySpan<float> frame, InputSpec input, (int X, int Y) shift, bool mirror, bool turnOver, double angle, ReadOnlySpan<float> gains, Span<float> result)
    {
        var plane = input.Width * input.Height;
        var (sin, cos) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        float middleX = (input.Width - 1) / 2f, middleY = (input.Height - 1) / 2f;
        for (var i = 0; i < plane; i++)
        {
            float u = (i % input.Width) + shift.X - middleX, v = (i / input.Width) + shift.Y - middleY;
            if (mirror) u = -u;
            if (turnOver) v = -v;
            var x = Math.Clamp(middleX + (cos * u) - (sin * v), 0, input.Width - 1);
            var y = Math.Clamp(middleY + (sin * u) + (cos * v), 0, input.Height - 1);
            int left = (int)x, top = (int)y, right = Math.Min(left + 1, input.Width - 1), below = Math.Min(top + 1, input.Height - 1);
            float a = x - left, b = y - top;
            for (var c = 0; c < input.Planes; c++)
            {
                var values = frame.Slice(c * plane, plane);
                var upper = values[(top * input.Width) + left] + (a * (values[(top * input.Width) + right] - values[(top * input.Width) + left]));
                var lower = values[(below * input.Width) + left] + (a * (values[(below * input.Width) + right] - values[(below * input.Width) + left]));
                result[(c * plane) + i] = Math.Clamp((upper + (b * (lower - upper))) * gains[c % gains.Length], 0, 1);
            }
        }
    }
}
