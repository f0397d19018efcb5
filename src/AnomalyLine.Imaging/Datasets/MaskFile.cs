using System.Buffers;
using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AnomalyLine.Imaging.Datasets;

/// <summary>
/// Files that mark the pixels of a defect. Where transparency varies it is the mask: what is not transparent is marked. Else, with at most <see cref="MostLabels"/> values, every
/// value that is not 0 is marked, as in masks of class numbers; with more, as JPEG and smoothed edges have them, what is brighter than half of the brightest.
/// </summary>
public static class MaskFile
{
    /// <summary>Values of a mask, 0 included, that are labels; more are shades.</summary>
    public const int MostLabels = 8;

    private const double NearlyAll = 0.9;

    /// <summary>Reads a mask: true where it marks, all false where it is black.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Columns of the result; a mask of another size is resized to the nearest pixel.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="frame">Width and height of the frame that the mask belongs to, when known: the mask must have the same.</param>
    /// <param name="region">The part of the mask to take, pixels of the frame; null for all of it.</param>
    /// <returns>Row by row, width times height values.</returns>
    /// <exception cref="DatasetException">The file is missing, no image, or not of the frame's size.</exception>
    public static bool[] Read(string path, int width, int height, (int Width, int Height)? frame = null, RegionOfInterest? region = null) =>
        Read(path, width, height, frame, region, out _);

    /// <summary>The same, and what looks wrong with the mask.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Columns of the result.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="frame">Width and height of the frame that the mask belongs to, when known.</param>
    /// <param name="region">The part of the mask to take, pixels of the frame; null for all of it.</param>
    /// <param name="doubt">What the mask looks like if not like the outline of a defect, such as "marks nothing"; null where nothing is odd.</param>
    public static bool[] Read(string path, int width, int height, (int Width, int Height)? frame, RegionOfInterest? region, out string? doubt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var file = FrameFile.Read(path);
        using var pin = file.Data.Pin();
        using var mat = Decode(file, pin, path);
        if (frame is { } f && (f.Width != mat.Width || f.Height != mat.Height))
            throw new DatasetException($"{path}: is a mask of {mat.Width} x {mat.Height} pixels for a frame of {f.Width} x {f.Height}; give both the same size.");
        var part = region ?? new RegionOfInterest(0, 0, mat.Width, mat.Height);
        if (!part.IsInside(mat.Width, mat.Height))
            throw new DatasetException($"{path}: the region {part} is not inside the mask of {mat.Width} x {mat.Height} pixels.");
        doubt = Doubt(mat);
        return Sample(mat, part, width, height);
    }

    private static string? Doubt(Mat marked)
    {
        var share = (double)Cv2.CountNonZero(marked) / marked.Total();
        var corners = new[] { (0, 0), (0, marked.Cols - 1), (marked.Rows - 1, 0), (marked.Rows - 1, marked.Cols - 1) };
        if (share == 0) return "marks nothing";
        if (share > 0.5 && Array.TrueForAll(corners, at => marked.At<byte>(at.Item1, at.Item2) != 0)) return $"marks {share * 100:0} % of its frame with all four corners, as an inverted mask does";
        return share >= NearlyAll ? $"marks nearly the whole frame ({share * 100:0} %)" : null;
    }

    /// <summary>Nearest: the result's pixel takes the mask's pixel under its centre.</summary>
    private static bool[] Sample(Mat mat, RegionOfInterest part, int width, int height)
    {
        var mask = new bool[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = mat.Ptr(part.Y + (int)(((2L * y) + 1) * part.Height / (2L * height)));
            for (var x = 0; x < width; x++) mask[(y * width) + x] = Marshal.ReadByte(row, part.X + (int)(((2L * x) + 1) * part.Width / (2L * width))) != 0;
        }

        return mask;
    }

    /// <summary>255 where the file marks, 0 elsewhere.</summary>
    private static unsafe Mat Decode(Frame file, MemoryHandle pin, string path)
    {
        if (!FrameDecoder.TryDecode(file, (IntPtr)pin.Pointer, out var decoded, out var error)) throw new DatasetException($"{path}: {error}");
        using var owned = decoded;
        using var alpha = Alpha(file);
        using var values = alpha ?? Brightest(decoded.Pixels);
        var limit = IsLabels(values, out var brightest) ? 0 : brightest / 2;
        var marked = new Mat();
        Cv2.Compare(values, Scalar.All(limit), marked, CmpTypes.GT);
        return marked;
    }

    /// <summary>The transparency of a PNG file as 8 bits; null where it has none or the same everywhere.</summary>
    private static Mat? Alpha(Frame file)
    {
        if (file.Format is not PixelFormat.Png) return null;
        using var all = Cv2.ImDecode(file.Data.Span, ImreadModes.Unchanged);
        if (all.Channels() != 4) return null;
        var alpha = all.ExtractChannel(3);
        alpha.MinMaxLoc(out double least, out double most);
        if (least < most) return alpha;
        alpha.Dispose();
        return null;
    }

    /// <summary>The largest of a pixel's channels: a class that is drawn in blue is not darker than one in white.</summary>
    private static Mat Brightest(Mat pixels)
    {
        var channels = pixels.Split();
        for (var c = 1; c < channels.Length; c++)
        {
            Cv2.Max(channels[0], channels[c], channels[0]);
            channels[c].Dispose();
        }

        return channels[0];
    }

    private static bool IsLabels(Mat values, out double brightest)
    {
        values.MinMaxLoc(out _, out brightest);
        using var wide = new Mat();
        values.ConvertTo(wide, MatType.CV_32FC1);
        wide.GetArray(out float[] all);
        var seen = new HashSet<float>();
        foreach (var value in all)
        {
            if (seen.Add(value) && seen.Count > MostLabels) return false;
        }

        return true;
    }
}
