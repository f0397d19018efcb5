using OpenCvSharp;

namespace AnomalyLine.Vision.Imaging;

/// <summary>
/// Takes differences of exposure out of a prepared frame: v to 0.5 + 0.15 (v - mean) / deviation, clamped to [0, 1] and rounded to 1/255, so that training, which keeps frames in
/// 8 bits, and judging see the same.
/// </summary>
internal static class Leveller
{
    private const float Mean = 0.5f;
    private const float Deviation = 0.15f;

    /// <summary>Deviations below this count as this, so that noise of an even place is not blown up: 2.5 of 255 grey values.</summary>
    private const float LeastDeviation = 0.01f;

    /// <summary>Levels a frame in place, as its input asks for.</summary>
    /// <param name="values">Planes of one frame in [0, 1].</param>
    /// <param name="input">Size and levelling.</param>
    public static void Apply(Span<float> values, InputSpec input)
    {
        if (input.Levelling == Levelling.None) return;
        var plane = input.Width * input.Height;
        var grey = new float[plane];
        for (var c = 0; c < input.Channels; c++)
            for (var i = 0; i < plane; i++) grey[i] += values[(c * plane) + i] / input.Channels;
        if (input.Levelling == Levelling.Frame) Whole(values, grey);
        else Local(values, grey, input);
    }

    private static void Whole(Span<float> values, float[] grey)
    {
        double sum = 0, squares = 0;
        foreach (var v in grey) (sum, squares) = (sum + v, squares + (v * v));
        var mean = sum / grey.Length;
        var gain = Deviation / Math.Max(LeastDeviation, (float)Math.Sqrt(Math.Max(0, (squares / grey.Length) - (mean * mean))));
        foreach (ref var v in values) v = Level(gain * (v - (float)mean));
    }

    private static void Local(Span<float> values, float[] grey, InputSpec input)
    {
        var window = new Size(Odd(input.Width / 4), Odd(input.Height / 4));
        using var image = Mat.FromPixelData(input.Height, input.Width, MatType.CV_32FC1, grey);
        using var mean = new Mat();
        using var squares = new Mat();
        Cv2.Blur(image, mean, window);
        Cv2.SqrBoxFilter(image, squares, MatType.CV_32F, window);
        var means = Floats(mean);
        var meanSquares = Floats(squares);
        for (var at = 0; at < values.Length; at += grey.Length)
        {
            for (var i = 0; i < grey.Length; i++)
            {
                var deviation = MathF.Sqrt(Math.Max(0, meanSquares[i] - (means[i] * means[i])));
                values[at + i] = Level(Deviation * (values[at + i] - means[i]) / Math.Max(LeastDeviation, deviation));
            }
        }
    }

    private static float Level(float above) => MathF.Round(Math.Clamp(Mean + above, 0, 1) * 255) / 255;

    private static int Odd(int pixels) => Math.Max(3, pixels | 1);

    private static unsafe Span<float> Floats(Mat mat) => new(mat.Ptr(0).ToPointer(), mat.Rows * mat.Cols);
}
