using OpenCvSharp;

namespace AnomalyLine.Imaging.Alignment;

/// <summary>A grey picture of a frame as parts are found by it: without what changes slowly over the frame, which is mostly light, and in three scales. The caller disposes it.</summary>
internal sealed class PartPicture : IDisposable
{
    /// <summary>Scales, each half of the one before.</summary>
    public const int Levels = 3;

    private readonly Mat[] _levels = new Mat[Levels];

    /// <summary>Makes all scales.</summary>
    /// <param name="grey">Grey values row by row, on any scale.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public PartPicture(float[] grey, int width, int height)
    {
        using var whole = Mat.FromPixelData(height, width, MatType.CV_32FC1, grey);
        for (var level = 0; level < Levels; level++)
        {
            var size = SizeOf(width, height, level);
            using var small = new Mat();
            Cv2.Resize(whole, small, size, 0, 0, InterpolationFlags.Area);
            using var slow = new Mat();
            var side = (Math.Max(size.Width, size.Height) / 4) | 1;
            Cv2.Blur(small, slow, new Size(side, side), borderType: BorderTypes.Replicate);
            _levels[level] = new Mat();
            Cv2.Subtract(small, slow, _levels[level]);
        }
    }

    /// <summary>One of the scales, 0 the finest; it stays the picture's.</summary>
    public Mat this[int level] => _levels[level];

    /// <summary>The size of a scale.</summary>
    public static Size SizeOf(int width, int height, int level) => new(Math.Max(8, (int)Math.Round(width / (double)(1 << level))), Math.Max(8, (int)Math.Round(height / (double)(1 << level))));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var level in _levels) level.Dispose();
    }
}
