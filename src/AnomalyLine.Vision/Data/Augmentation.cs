using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Vision.Data;

/// <summary>Random changes of a prepared frame that leave a normal part normal. All are off by default: which ones are harmless depends on the part.</summary>
/// <param name="Shift">Largest shift to each side, pixels of the prepared frame, 0..a quarter of its side; edges are repeated.</param>
/// <param name="Brightness">Largest relative change of brightness, 0..0.5.</param>
/// <param name="FlipHorizontal">Mirror left and right half of the time.</param>
/// <param name="FlipVertical">Mirror top and bottom half of the time.</param>
/// <param name="QuarterTurns">Turn by 0, 90, 180 or 270 degrees; square frames only.</param>
internal sealed record Augmentation(int Shift = 0, float Brightness = 0, bool FlipHorizontal = false, bool FlipVertical = false, bool QuarterTurns = false)
{
    /// <summary>Writes a changed copy of a frame.</summary>
    /// <param name="frame">Channels x height x width in [0, 1].</param>
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
        var gain = 1 + random.Between(-Brightness, Brightness);
        bool mirror = FlipHorizontal && random.Next(2) == 0, turnOver = FlipVertical && random.Next(2) == 0;
        var turns = QuarterTurns ? random.Next(4) : 0;
        var plane = input.Width * input.Height;
        for (var i = 0; i < plane; i++)
        {
            int x = Math.Clamp((i % input.Width) + dx, 0, input.Width - 1), y = Math.Clamp((i / input.Width) + dy, 0, input.Height - 1);
            if (mirror) x = input.Width - 1 - x;
            if (turnOver) y = input.Height - 1 - y;
            for (var t = 0; t < turns; t++) (x, y) = (y, input.Width - 1 - x);
            var from = (y * input.Width) + x;
            for (var c = 0; c < frame.Length; c += plane) result[c + i] = Math.Clamp(frame[c + from] * gain, 0, 1);
        }
    }
}
