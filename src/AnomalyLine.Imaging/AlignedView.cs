using AnomalyLine.Imaging.Alignment;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>A frame as it looks once its part lies as the reference does, and the way back from there. Immutable; any thread.</summary>
/// <param name="ToFrame">From places of the reference part's frame to those of the frame, pixels of both.</param>
/// <param name="Taken">The part of the reference's frame that is taken.</param>
/// <param name="FrameWidth">Width of the frame, pixels.</param>
/// <param name="FrameHeight">Its height.</param>
internal sealed record AlignedView(Affine ToFrame, RegionOfInterest Taken, int FrameWidth, int FrameHeight)
{
    /// <summary>Takes it out of a frame; what the camera has not seen repeats the outermost pixels.</summary>
    /// <param name="pixels">The frame.</param>
    /// <param name="aligned">Gets it, in the size of <see cref="Taken"/>.</param>
    public void Take(Mat pixels, Mat aligned)
    {
        using var matrix = Affine.Shift(Taken.X, Taken.Y).Then(ToFrame).ToMat();
        Cv2.WarpAffine(pixels, aligned, matrix, new Size(Taken.Width, Taken.Height), InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, BorderTypes.Replicate);
    }

    /// <summary>Which places of an input the camera has not seen, row by row: those whose middle lies outside of the frame. Null where it has seen all.</summary>
    public bool[]? Unseen(InputSpec input)
    {
        var cover = input.CoverOf(Taken.Width, Taken.Height);
        var way = Affine.Shift(-cover.X, -cover.Y).Then(Affine.Scaling((double)Taken.Width / cover.Width, (double)Taken.Height / cover.Height)).Then(Affine.Shift(Taken.X, Taken.Y)).Then(ToFrame);
        bool[]? unseen = null;
        if (IsInside(cover.X, cover.Y) && IsInside(cover.X + cover.Width - 1, cover.Y) && IsInside(cover.X, cover.Y + cover.Height - 1) && IsInside(cover.X + cover.Width - 1, cover.Y + cover.Height - 1)) return null;
        unseen = new bool[input.Width * input.Height];
        for (var y = cover.Y; y < cover.Y + cover.Height; y++)
            for (var x = cover.X; x < cover.X + cover.Width; x++) unseen[(y * input.Width) + x] = !IsInside(x, y);
        return unseen;

        bool IsInside(int x, int y)
        {
            var (frameX, frameY) = way.Of(x + 0.5, y + 0.5);
            return frameX >= 0 && frameY >= 0 && frameX <= FrameWidth && frameY <= FrameHeight;
        }
    }

    /// <summary>A map of what is taken, laid upon the frame: 0 where nothing was taken.</summary>
    /// <param name="width">Columns of the values.</param>
    /// <param name="height">Rows.</param>
    /// <param name="values">Row by row; recycled.</param>
    /// <param name="area">The part of the reference that was judged.</param>
    public AnomalyMap OnFrame(int width, int height, PooledArray<float> values, InspectionArea area)
    {
        var box = BoxOnFrame();
        var size = SizeOnFrame(box, width, height);
        var laid = PooledArrays.Rent<float>(size.Width * size.Height);
        Lay(values.Memory, width, height, laid.Memory, size, box);
        values.Recycle();
        return new AnomalyMap(size.Width, size.Height, laid, box) { LeftOut = area.LeftOut, Area = area };
    }

    /// <summary>A picture of what is taken, laid upon the frame as <see cref="OnFrame(int, int, PooledArray{float}, InspectionArea)"/> lays maps: black where nothing was taken.</summary>
    /// <param name="picture">Of any number of channels.</param>
    /// <param name="laid">Gets it.</param>
    public void OnFrame(Mat picture, Mat laid)
    {
        var box = BoxOnFrame();
        Lay(picture, laid, SizeOnFrame(box, picture.Width, picture.Height), box);
    }

    /// <summary>What of the frame is taken, as the smallest upright rectangle; all of it where all of the reference's is.</summary>
    private RegionOfInterest BoxOnFrame()
    {
        if (Taken == new RegionOfInterest(0, 0, FrameWidth, FrameHeight)) return Taken;
        var corners = new[] { (Taken.X, Taken.Y), (Taken.X + Taken.Width, Taken.Y), (Taken.X, Taken.Y + Taken.Height), (Taken.X + Taken.Width, Taken.Y + Taken.Height) }.Select(c => ToFrame.Of(c.Item1, c.Item2)).ToArray();
        var (left, top) = (Math.Clamp((int)Math.Floor(corners.Min(c => c.X)), 0, FrameWidth - 1), Math.Clamp((int)Math.Floor(corners.Min(c => c.Y)), 0, FrameHeight - 1));
        var (right, bottom) = (Math.Clamp((int)Math.Ceiling(corners.Max(c => c.X)), left + 1, FrameWidth), Math.Clamp((int)Math.Ceiling(corners.Max(c => c.Y)), top + 1, FrameHeight));
        return new RegionOfInterest(left, top, right - left, bottom - top);
    }

    /// <summary>As many pixels as the same part of the frame has in what is laid upon it.</summary>
    private Size SizeOnFrame(RegionOfInterest box, int width, int height) =>
        new(Math.Max(1, (int)Math.Round((double)box.Width * width / Taken.Width)), Math.Max(1, (int)Math.Round((double)box.Height * height / Taken.Height)));

    private unsafe void Lay(Memory<float> from, int width, int height, Memory<float> to, Size size, RegionOfInterest box)
    {
        using var source = from.Pin();
        using var target = to.Pin();
        using var map = Mat.FromPixelData(height, width, MatType.CV_32FC1, (IntPtr)source.Pointer);
        using var laid = Mat.FromPixelData(size.Height, size.Width, MatType.CV_32FC1, (IntPtr)target.Pointer);
        Lay(map, laid, size, box);
    }

    private void Lay(Mat picture, Mat laid, Size size, RegionOfInterest box)
    {
        var way = Affine.Scaling((double)box.Width / size.Width, (double)box.Height / size.Height).Then(Affine.Shift(box.X, box.Y)).Then(ToFrame.Inverse())
            .Then(Affine.Shift(-Taken.X, -Taken.Y)).Then(Affine.Scaling((double)picture.Width / Taken.Width, (double)picture.Height / Taken.Height));
        using var matrix = way.ToMat();
        Cv2.WarpAffine(picture, laid, matrix, size, InterpolationFlags.Linear | InterpolationFlags.WarpInverseMap, BorderTypes.Constant, Scalar.All(0));
    }
}
