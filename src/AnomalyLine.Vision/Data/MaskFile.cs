using System.Buffers;
using System.Runtime.InteropServices;
using AnomalyLine.Vision.Imaging;
using OpenCvSharp;

namespace AnomalyLine.Vision.Data;

/// <summary>Files that mark the pixels of a defect.</summary>
public static class MaskFile
{
    /// <summary>Reads a mask: true where a pixel is brighter than half of the brightest one (so 0/255 and 0/1 masks both work), all false where it is black.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Columns of the result; a mask of another size is resized to the nearest pixel.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="frame">Width and height of the frame that the mask belongs to, when known: the mask must have the same.</param>
    /// <param name="region">The part of the mask to take, pixels of the frame; null for all of it.</param>
    /// <returns>Row by row, width times height values.</returns>
    /// <exception cref="DatasetException">The file is missing, no image, or not of the frame's size.</exception>
    public static bool[] Read(string path, int width, int height, (int Width, int Height)? frame = null, RegionOfInterest? region = null)
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
        return Sample(mat, part, width, height);
    }

    /// <summary>Nearest: the result's pixel takes the mask's pixel under its centre.</summary>
    private static bool[] Sample(Mat mat, RegionOfInterest part, int width, int height)
    {
        var mask = new bool[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = mat.Ptr(part.Y + (int)(((2L * y) + 1) * part.Height / (2L * height)));
            for (var x = 0; x < width; x++)
                mask[(y * width) + x] = Marshal.ReadByte(row, part.X + (int)(((2L * x) + 1) * part.Width / (2L * width))) > 127;
        }

        return mask;
    }

    private static unsafe Mat Decode(Frame file, MemoryHandle pin, string path)
    {
        if (!FrameDecoder.TryDecode(file, (IntPtr)pin.Pointer, out var decoded, out var error)) throw new DatasetException($"{path}: {error}");
        using var owned = decoded;
        var grey = new Mat();
        if (decoded.Pixels.Channels() == 3) Cv2.CvtColor(decoded.Pixels, grey, ColorConversionCodes.BGR2GRAY);
        else decoded.Pixels.CopyTo(grey);
        grey.MinMaxLoc(out double _, out double brightest);
        grey.ConvertTo(grey, MatType.CV_8U, brightest > 0 ? 255 / brightest : 0);
        return grey;
    }
}
