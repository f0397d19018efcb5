using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using AnomalyLine.Imaging.Alignment;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>Brings a <see cref="Frame"/> into the form a model takes. Stateless; any thread.</summary>
public static class FramePreparer
{
    /// <summary>
    /// Decodes, cuts out the region, resizes by area averaging, fills what <see cref="FrameFit.Letterbox"/> leaves, and scales to [0, 1]: 1 is the largest value of the bits that the frame states, or else of those that the model takes. A region with a
    /// value above is refused. What the model has learnt without is filled with 0.5.
    /// </summary>
    /// <param name="frame">The frame; its bytes are read during the call only.</param>
    /// <param name="input">What the model takes; frames of their own, not clips.</param>
    /// <param name="area">The part to judge, over that which the model has learnt with (<see cref="InputSpec.Area"/>); null for just that.</param>
    /// <param name="prepared">The result; the caller disposes it.</param>
    /// <param name="error">What is wrong with the frame.</param>
    public static bool TryPrepare(
        Frame frame, InputSpec input, InspectionArea? area,
        [NotNullWhen(true)] out PreparedFrame? prepared, [NotNullWhen(false)] out string? error) => TryPrepare(frame, input, area, out prepared, out error, out _);

    /// <summary>The same, and whether the frame is as it should be but for the part, which is not in it or not where parts lie (<see cref="InputSpec.Alignment"/>).</summary>
    /// <inheritdoc cref="TryPrepare(Frame, InputSpec, InspectionArea?, out PreparedFrame?, out string?)"/>
    public static unsafe bool TryPrepare(
        Frame frame, InputSpec input, InspectionArea? area,
        [NotNullWhen(true)] out PreparedFrame? prepared, [NotNullWhen(false)] out string? error, out bool isPartMissing)
    {
        (prepared, isPartMissing) = (null, false);
        if (input.Frames != 1)
        {
            error = $"The model judges clips of {input.Frames} frames, and this frame is here without those right before it.";
            return false;
        }

        using var pin = frame.Data.Pin();
        var judged = area?.Over(input.Area) ?? input.Area;
        var rows = RowsOf(frame, input, judged);
        var start = Stopwatch.GetTimestamp();
        DecodedFrame? decoded = null;
        if (rows is null && !FrameDecoder.TryDecode(frame, (IntPtr)pin.Pointer, out decoded, out error)) return false;
        using var owned = decoded;
        var decodeMs = decoded is null || decoded.Pixels.Data == (IntPtr)pin.Pointer ? 0 : Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var (width, height) = decoded is null ? (frame.Width, frame.Height) : (decoded.Pixels.Width, decoded.Pixels.Height);
        error = judged?.CheckInside(width, height);
        if (error is not null) return false;
        var taken = judged?.Region ?? new RegionOfInterest(0, 0, width, height);
        var mask = (area ?? input.Area)?.MaskOf(input.Area, taken, input);
        AlignedView? view = null;
        if (input.Alignment is { } alignment)
        {
            error = alignment.CheckSize(width, height);
            if (error is not null) return false;
            error = alignment.Find(Grey(decoded!, PartFinder.SizeOf(width, height)), out var found);
            if (error is not null)
            {
                isPartMissing = true;
                return false;
            }

            view = new AlignedView(found.ToFrame, taken, width, height);
            mask = AreaMask.Without(mask, view.Unseen(input));
        }

        if (mask is { IsAll: true })
        {
            error = "What is left out of the frame leaves nothing to judge; draw it smaller.";
            return false;
        }

        var cover = input.CoverOf(taken.Width, taken.Height);
        var size = new Size(cover.Width, cover.Height);
        if (!(decoded is null ? AreaMean.TryResize(rows!, frame.Width, taken, size, Check, out var fitted, out error) : TryFit(decoded.Pixels, taken, view, size, Check, out fitted, out error))) return false;
        using var ownedFitted = fitted;
        var bits = fitted.Depth() != MatType.CV_16U ? 0 : frame.SignificantBits != 0 ? frame.SignificantBits : input.SignificantBits != 0 ? input.SignificantBits : SignificantBits.All;
        prepared = new PreparedFrame(input, taken, width, height) { DecodeMs = rows?.ElapsedMs ?? decodeMs, SignificantBits = bits, Mask = mask, View = view };
        error = null;
        using var filled = new Mat();
        if (cover != input.Whole)
        {
            var (right, bottom) = (input.Width - cover.X - cover.Width, input.Height - cover.Y - cover.Height);
            Cv2.CopyMakeBorder(fitted, filled, cover.Y, bottom, cover.X, right, BorderTypes.Replicate | BorderTypes.Isolated);
            fitted = filled;
        }

        Spread(fitted, decoded?.RedFirst ?? rows!.RedFirst, input.Channels, bits, prepared.Writable);
        mask?.Fill(prepared.Writable);
        return true;

        string? Check(Mat seen) => seen.Depth() == MatType.CV_16U ? SignificantBits.Check(seen, frame.SignificantBits, input.SignificantBits) : null;
    }

    /// <summary>The rows of a frame that is made so much smaller that it need not be decoded whole; null for others.</summary>
    private static FrameRows? RowsOf(Frame frame, InputSpec input, InspectionArea? judged)
    {
        if (input.Alignment is not null || FrameRows.Of(frame) is not { } rows) return null;
        var region = judged?.Region ?? new RegionOfInterest(0, 0, frame.Width, frame.Height);
        var cover = input.CoverOf(region.Width, region.Height);
        return AreaMean.CanResizeRows(region, new Size(cover.Width, cover.Height)) ? rows : null;
    }

    /// <summary>The region of a decoded frame, turned and shifted if the part is aligned, in the size that the model takes.</summary>
    private static bool TryFit(
        Mat pixels, RegionOfInterest taken, AlignedView? view, Size size, Func<Mat, string?> check, [NotNullWhen(true)] out Mat? fitted, [NotNullWhen(false)] out string? error)
    {
        fitted = null;
        var cut = new Mat(pixels, view is null ? new Rect(taken.X, taken.Y, taken.Width, taken.Height) : new Rect(0, 0, pixels.Width, pixels.Height));
        error = check(cut);
        if (error is null && view is not null)
        {
            using var seen = cut;
            cut = new Mat();
            view.Take(seen, cut);
        }

        if (error is null && cut.Size() == size)
        {
            fitted = cut;
            return true;
        }

        using (cut)
        {
            if (error is not null) return false;
            fitted = new Mat();
            AreaMean.Resize(cut, fitted, size);
            return true;
        }
    }

    /// <summary>Grey values of a frame made small.</summary>
    private static float[] Grey(DecodedFrame decoded, (int Width, int Height) size)
    {
        using var small = new Mat();
        AreaMean.Resize(decoded.Pixels, small, new Size(size.Width, size.Height));
        var values = new float[size.Width * size.Height];
        Spread(small, decoded.RedFirst, 1, small.Depth() == MatType.CV_16U ? SignificantBits.All : 0, values);
        return values;
    }

    /// <summary>Interleaved 8- or 16-bit grey or colour to planes of floats in [0, 1].</summary>
    private static void Spread(Mat source, bool redFirst, int channels, int bits, Span<float> target)
    {
        using var converted = new Mat();
        var mat = source;
        if (source.Channels() == 3 && channels == 1)
        {
            Cv2.CvtColor(source, converted, redFirst ? ColorConversionCodes.RGB2GRAY : ColorConversionCodes.BGR2GRAY);
            mat = converted;
        }

        var scale = 1f / (bits == 0 ? byte.MaxValue : SignificantBits.White(bits));
        int rows = mat.Rows, columns = mat.Cols, pixelBytes = (int)mat.ElemSize(), plane = rows * columns;
        for (var y = 0; y < rows; y++)
        {
            var row = Row(mat, y, columns * pixelBytes);
            var at = y * columns;
            if (pixelBytes == 6) SpreadColour(MemoryMarshal.Cast<byte, ushort>(row), scale, redFirst, target, at, plane);
            else if (pixelBytes == 3) SpreadColour(row, scale, redFirst, target, at, plane);
            else if (pixelBytes == 2) SpreadGrey(MemoryMarshal.Cast<byte, ushort>(row), scale, target, at, plane, channels);
            else SpreadGrey(row, scale, target, at, plane, channels);
        }
    }

    private static void SpreadGrey<T>(ReadOnlySpan<T> row, float scale, Span<float> target, int at, int plane, int channels)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var first = target.Slice(at, row.Length);
        for (var x = 0; x < row.Length; x++) first[x] = float.CreateTruncating(row[x]) * scale;
        for (var c = 1; c < channels; c++) first.CopyTo(target.Slice((c * plane) + at, row.Length));
    }

    private static void SpreadColour<T>(ReadOnlySpan<T> row, float scale, bool redFirst, Span<float> target, int at, int plane)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var width = row.Length / 3;
        var first = target.Slice(redFirst ? at : (2 * plane) + at, width);
        var green = target.Slice(plane + at, width);
        var last = target.Slice(redFirst ? (2 * plane) + at : at, width);
        for (int x = 0, i = 0; x < width; x++, i += 3)
        {
            first[x] = float.CreateTruncating(row[i]) * scale;
            green[x] = float.CreateTruncating(row[i + 1]) * scale;
            last[x] = float.CreateTruncating(row[i + 2]) * scale;
        }
    }

    private static unsafe ReadOnlySpan<byte> Row(Mat mat, int y, int bytes) => new(mat.Ptr(y).ToPointer(), bytes);
}
