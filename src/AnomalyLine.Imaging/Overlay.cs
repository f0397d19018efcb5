using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Pictures for people: frames, and anomaly maps laid over them. The colours mean the same in every picture of a model: transparent below half the pixel threshold, orange at
/// it, dark red from twice the pixel threshold on; never stretched to what one frame holds. Stateless; any thread.
/// </summary>
public static class Overlay
{
    private const int JpegQuality = 90, EndChunk = 12;

    // A text chunk of PNG (length, "tEXt", keyword and text, CRC-32): a picture of ours is told from a frame wherever it was copied to.
    private static readonly byte[] s_mark = [0, 0, 0, 0x1C, .. "tEXtSoftware\0AnomalyLine overlay"u8, 0x3D, 0x23, 0xC5, 0x57];

    /// <summary>A frame of any pixel format as a file that a browser shows.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="maxWidth">Pixels; a wider frame is made smaller. 0 for no limit.</param>
    /// <param name="format">JPEG or PNG.</param>
    /// <param name="file">The file.</param>
    /// <param name="error">What is wrong with the frame.</param>
    public static bool TryEncodeFrame(
        Frame frame, int maxWidth, PixelFormat format, [NotNullWhen(true)] out byte[]? file, [NotNullWhen(false)] out string? error)
    {
        file = null;
        if (!DisplayImage.TryMake(frame, maxWidth, out var picture, out _, out error)) return false;
        using (picture) file = Encode(picture, format);
        return true;
    }

    /// <summary>A frame with its anomaly map laid over it and its defect regions outlined.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="map">Its map.</param>
    /// <param name="pixelThreshold">The model's pixel threshold, above 0.</param>
    /// <param name="regions">What to outline, pixels of the frame.</param>
    /// <param name="maxWidth">Pixels; a wider frame is made smaller. 0 for no limit.</param>
    /// <param name="format">JPEG or PNG.</param>
    /// <param name="file">The file.</param>
    /// <param name="error">What is wrong with the frame.</param>
    public static bool TryRender(
        Frame frame, AnomalyMap map, float pixelThreshold, IReadOnlyList<DefectRegion> regions, int maxWidth, PixelFormat format,
        [NotNullWhen(true)] out byte[]? file, [NotNullWhen(false)] out string? error)
    {
        file = null;
        if (!DisplayImage.TryMake(frame, maxWidth, out var picture, out var scale, out error)) return false;
        using var owned = picture;
        var covered = Scaled(map.Region.X, map.Region.Y, map.Region.Width, map.Region.Height, scale, picture.Size());
        if (covered.Width > 0 && covered.Height > 0) Cover(picture, covered, map, pixelThreshold);
        foreach (var region in regions) Outline(picture, Scaled(region.X, region.Y, region.Width, region.Height, scale, picture.Size()));
        file = Encode(picture, format);
        if (format is PixelFormat.Png) file = [.. file.AsSpan(..^EndChunk), .. s_mark, .. file.AsSpan(^EndChunk..)];
        return true;
    }

    /// <summary>A map alone as a PNG of its own size with transparency, to be laid over the frame's region by whoever shows it.</summary>
    /// <param name="map">The map.</param>
    /// <param name="pixelThreshold">The model's pixel threshold, above 0.</param>
    public static byte[] RenderMap(AnomalyMap map, float pixelThreshold)
    {
        var bgra = new byte[map.Width * map.Height * 4];
        for (var i = 0; i < map.Values.Length; i++)
            (bgra[4 * i], bgra[(4 * i) + 1], bgra[(4 * i) + 2], bgra[(4 * i) + 3]) = HeatScale.Of(map.Values[i], pixelThreshold);
        using var mat = Mat.FromPixelData(map.Height, map.Width, MatType.CV_8UC4, bgra);
        return Encode(mat, PixelFormat.Png);
    }

    /// <summary>A prepared frame, or a reconstruction of one, as a PNG of its own size, grey or in colour: it stands for the frame's region. Of a frame that was aligned, as it lies on the frame that came.</summary>
    /// <param name="frame">A frame of its own, no clip; it stays the caller's.</param>
    public static byte[] RenderPrepared(PreparedFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var values = frame.Values;
        var (channels, plane) = (frame.Input.Channels, frame.Input.Width * frame.Input.Height);
        var pixels = new byte[plane * channels];
        for (var i = 0; i < plane; i++)
            for (var c = 0; c < channels; c++) pixels[(i * channels) + channels - 1 - c] = (byte)Math.Round(255 * values[(c * plane) + i]);
        using var mat = Mat.FromPixelData(frame.Input.Height, frame.Input.Width, channels == 1 ? MatType.CV_8UC1 : MatType.CV_8UC3, pixels);
        if (frame.View is null) return Encode(mat, PixelFormat.Png);
        using var laid = new Mat();
        frame.View.OnFrame(mat, laid);
        return Encode(laid, PixelFormat.Png);
    }

    /// <summary>A map alone at its place in the whole frame, as a PNG with transparency at the map's own resolution, but not wider than asked.</summary>
    /// <param name="map">The map.</param>
    /// <param name="pixelThreshold">The model's pixel threshold, above 0.</param>
    /// <param name="frameWidth">Width of the frame, pixels.</param>
    /// <param name="frameHeight">Its height.</param>
    /// <param name="maxWidth">Pixels, at least 1.</param>
    public static byte[] RenderMap(AnomalyMap map, float pixelThreshold, int frameWidth, int frameHeight, int maxWidth)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Region == new RegionOfInterest(0, 0, frameWidth, frameHeight)) return RenderMap(map, pixelThreshold);
        var scale = Math.Min((double)map.Width / map.Region.Width, (double)maxWidth / frameWidth);
        using Mat whole = Mat.Zeros(Math.Max(1, (int)Math.Round(frameHeight * scale)), Math.Max(1, (int)Math.Round(frameWidth * scale)), MatType.CV_8UC4);
        using var alone = Cv2.ImDecode(RenderMap(map, pixelThreshold), ImreadModes.Unchanged);
        var place = Scaled(map.Region.X, map.Region.Y, map.Region.Width, map.Region.Height, scale, whole.Size());
        if (place.Width > 0 && place.Height > 0)
        {
            using var into = new Mat(whole, place);
            Cv2.Resize(alone, into, place.Size, 0, 0, InterpolationFlags.Area);
        }

        return Encode(whole, PixelFormat.Png);
    }

    private static unsafe void Cover(Mat picture, Rect covered, AnomalyMap map, float pixelThreshold)
    {
        using var values = Mat.FromPixelData(map.Height, map.Width, MatType.CV_32FC1, map.Values.ToArray());
        using var spread = new Mat();
        Cv2.Resize(values, spread, covered.Size, 0, 0, InterpolationFlags.Linear);
        for (var y = 0; y < covered.Height; y++)
        {
            var row = new ReadOnlySpan<float>(spread.Ptr(y).ToPointer(), covered.Width);
            var pixels = new Span<byte>((picture.Ptr(covered.Y + y) + (covered.X * 3)).ToPointer(), covered.Width * 3);
            for (var x = 0; x < covered.Width; x++)
            {
                var (b, g, r, alpha) = HeatScale.Of(row[x], pixelThreshold);
                if (alpha == 0) continue;
                pixels[3 * x] = Blend(pixels[3 * x], b, alpha);
                pixels[(3 * x) + 1] = Blend(pixels[(3 * x) + 1], g, alpha);
                pixels[(3 * x) + 2] = Blend(pixels[(3 * x) + 2], r, alpha);
            }
        }
    }

    /// <summary>Whether a file is an overlay that <see cref="TryRender"/> wrote as PNG. Reads the end of files that are called .png, and nothing of others.</summary>
    /// <param name="path">A file that exists.</param>
    public static bool IsOverlay(string path)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> end = stackalloc byte[s_mark.Length + EndChunk];
            if (file.Length < end.Length) return false;
            file.Seek(-end.Length, SeekOrigin.End);
            file.ReadExactly(end);
            return end.StartsWith(s_mark);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever reads the frame says what is wrong with it.
            return false;
        }
    }

    private static byte Blend(byte under, byte over, byte alpha) => (byte)(((under * (255 - alpha)) + (over * alpha) + 127) / 255);

    /// <summary>A white box a little outside the region, edged in black so that it shows on any background.</summary>
    private static void Outline(Mat picture, Rect box)
    {
        var line = Math.Max(1, picture.Width / 500);
        box = Rect.Inflate(box, 2 * line, 2 * line).Intersect(new Rect(0, 0, picture.Width, picture.Height));
        Cv2.Rectangle(picture, box, Scalar.Black, line + 2, LineTypes.Link8);
        Cv2.Rectangle(picture, box, Scalar.White, line, LineTypes.Link8);
    }

    private static Rect Scaled(int x, int y, int width, int height, double scale, Size limit)
    {
        int left = (int)Math.Floor(x * scale), top = (int)Math.Floor(y * scale);
        int right = (int)Math.Ceiling((x + width) * scale), bottom = (int)Math.Ceiling((y + height) * scale);
        return Rect.FromLTRB(left, top, right, bottom).Intersect(new Rect(0, 0, limit.Width, limit.Height));
    }

    private static byte[] Encode(Mat picture, PixelFormat format)
    {
        if (format is not (PixelFormat.Jpeg or PixelFormat.Png)) throw new ArgumentOutOfRangeException(nameof(format), format, "is neither JPEG nor PNG.");
        var parameter = format is PixelFormat.Jpeg ? new ImageEncodingParam(ImwriteFlags.JpegQuality, JpegQuality) : new ImageEncodingParam(ImwriteFlags.PngCompression, 3);
        Cv2.ImEncode(format is PixelFormat.Jpeg ? ".jpg" : ".png", picture, out var file, parameter);
        return file;
    }
}
