using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// Makes an image smaller: each pixel becomes the mean of the area that it covers, pixels on the area's edge counting by their share, as OpenCV's area interpolation has it. OpenCV adds pixel by pixel; here whole rows,
/// and then neighbours, are added as vectors. By whole factors the result is OpenCV's to the bit; by others a mean that lies halfway between two levels may round to the other one, since sums are rounded elsewhere.
/// Stateless; any thread.
/// </summary>
internal static unsafe class AreaMean
{
    /// <summary>Rows of bytes whose sum is sure to fit 16 bits.</summary>
    private const int MostRows = ushort.MaxValue / byte.MaxValue;

    /// <summary>Where the first row of a cell lies, the others behind it; null to stop.</summary>
    private delegate byte* RowsOf(AreaCell cell);

    /// <summary>Resizes by area averaging; an image that grows in any direction is interpolated, as OpenCV does.</summary>
    /// <param name="source">Any image of OpenCV's; 8 or 16 bits and 1 or 3 channels are made smaller here, others by OpenCV, as is halving both sides, which it does by vectors and rounds otherwise.</param>
    /// <param name="target">Gets the result.</param>
    /// <param name="size">Its width and height.</param>
    public static void Resize(Mat source, Mat target, Size size)
    {
        var (channels, depth) = (source.Channels(), source.Depth());
        var isOurs = (depth == MatType.CV_8U || depth == MatType.CV_16U) && channels is (1 or 3);
        isOurs &= source.Width >= size.Width && source.Height >= size.Height && (source.Width != 2 * size.Width || source.Height != 2 * size.Height);
        if (!isOurs)
        {
            Cv2.Resize(source, target, size, 0, 0, InterpolationFlags.Area);
            return;
        }

        target.Create(size, source.Type());
        byte* rows = source.DataPointer;
        var step = source.Step();
        Shrink(cell => rows + (cell.Start * step), step, source.Size(), target);
    }

    /// <summary>Whether rows can be decoded when their turn comes, not many of them twice.</summary>
    public static bool CanResizeRows(RegionOfInterest region, Size size) => region.Width >= size.Width && region.Height >= 4 * size.Height;

    /// <summary>The same of a frame whose rows are decoded when their turn comes, so that its pixels are never in memory all at once: <see cref="CanResizeRows"/> says whether.</summary>
    /// <param name="frame">Its rows.</param>
    /// <param name="frameWidth">Its width, pixels.</param>
    /// <param name="region">The part of it that is taken.</param>
    /// <param name="size">Width and height of the result.</param>
    /// <param name="check">What is wrong with decoded rows of the region, or null.</param>
    /// <param name="target">The result; the caller disposes it.</param>
    /// <param name="error">What is wrong with a row.</param>
    public static bool TryResize(
        FrameRows frame, int frameWidth, RegionOfInterest region, Size size, Func<Mat, string?> check, [NotNullWhen(true)] out Mat? target, [NotNullWhen(false)] out string? error)
    {
        using var strip = new Mat(AreaCell.Of(region.Height, size.Height).Max(cell => cell.Count), frameWidth, frame.Type);
        target = new Mat(size, frame.Type);
        var taken = strip.DataPointer + (region.X * strip.ElemSize());
        string? wrong = null;
        Shrink(Decode, strip.Step(), new Size(region.Width, region.Height), target);
        error = wrong;
        if (error is null) return true;
        target.Dispose();
        target = null;
        return false;

        byte* Decode(AreaCell cell)
        {
            using var rows = strip.RowRange(0, cell.Count);
            using var seen = new Mat(rows, new Rect(region.X, 0, region.Width, cell.Count));
            wrong = frame.Decode(region.Y + cell.Start, rows) ?? check(seen);
            return wrong is null ? taken : null;
        }
    }

    private static void Shrink(RowsOf rows, long step, Size from, Mat target)
    {
        if (target.Depth() == MatType.CV_16U) Shrink<ushort>(rows, step, from, target);
        else Shrink<byte>(rows, step, from, target);
    }

    private static void Shrink<T>(RowsOf rows, long step, Size from, Mat target)
        where T : unmanaged
    {
        var channels = target.Channels();
        var (across, down) = (AreaCell.Of(from.Width, target.Width), AreaCell.Of(from.Height, target.Height));
        var share = (float)target.Width / from.Width * target.Height / from.Height;
        int values = from.Width * channels, count = target.Width * channels;
        var taps = (across.Max(cell => cell.Count) + Vector256<float>.Count - 1) / Vector256<float>.Count * Vector256<float>.Count;

        // Vectors read past the last pixel, and write past the last mean, never what counts.
        var padded = values + (taps * channels);
        var sums = ArrayPool<float>.Shared.Rent(padded);
        var means = ArrayPool<float>.Shared.Rent(count + Vector256<float>.Count);
        var shares = ArrayPool<float>.Shared.Rent(across.Length * taps);
        var bytes = ArrayPool<ushort>.Shared.Rent(values);
        try
        {
            Array.Clear(sums, values, padded - values);
            for (var i = 0; i < across.Length; i++)
            {
                var own = shares.AsSpan(i * taps, taps);
                for (var at = 0; at < taps; at++) own[at] = at < across[i].Count ? across[i].ShareOf(at) : 0;
            }

            fixed (float* sum = sums, mean = means, weight = shares)
            fixed (ushort* small = bytes)
            {
                byte* row = target.DataPointer;
                var targetStep = target.Step();
                foreach (var cell in down)
                {
                    var first = rows(cell);
                    if (first is null) return;
                    AddRows<T>(first, step, cell, values, small, sum);
                    if (channels == 1) AddNeighbours(sum, across, weight, taps, mean);
                    else AddColours(sum, across, mean);
                    Round((T*)row, mean, share, count);
                    row += targetStep;
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(sums);
            ArrayPool<float>.Shared.Return(means);
            ArrayPool<float>.Shared.Return(shares);
            ArrayPool<ushort>.Shared.Return(bytes);
        }
    }

    /// <summary>The sum of a cell's rows, each by its share.</summary>
    private static void AddRows<T>(byte* rows, long step, AreaCell cell, int values, ushort* small, float* sums)
        where T : unmanaged
    {
        for (var y = 0; y < cell.Count;)
        {
            var (share, whole) = (cell.ShareOf(y), 0);
            while (typeof(T) == typeof(byte) && whole < MostRows && y + whole < cell.Count && cell.ShareOf(y + whole) >= 1) whole++;
            var row = rows + (y * step);
            if (whole > 1) AddWhole(row, step, whole, values, small, y == 0, sums);
            else if (y == 0) AddRow((T*)row, share, true, values, sums);
            else AddRow((T*)row, share, false, values, sums);
            y += Math.Max(1, whole);
        }
    }

    /// <summary>Compiled once for the first row and once for others: a branch for each vector took twice as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow<T>(T* row, float share, bool isFirst, int values, float* sums)
        where T : unmanaged
    {
        var factor = Vector256.Create(share);
        var at = 0;
        for (; at <= values - Vector256<float>.Count; at += Vector256<float>.Count) Add(sums + at, Floats(row + at) * factor, isFirst);
        for (; at < values; at++) sums[at] = (Value(row, at) * share) + (isFirst ? 0 : sums[at]);
    }

    /// <summary>Rows of bytes, none of them by a share, four at a time: in 16 bits, and with the last four in the sums.</summary>
    private static void AddWhole(byte* rows, long step, int count, int values, ushort* small, bool isFirst, float* sums)
    {
        for (var y = 0; y < count; y += 4)
        {
            byte* first = rows + (y * step), second = first + step, third = second + step, fourth = third + step;
            var left = count - y;
            var at = 0;
            for (; at <= values - Vector256<ushort>.Count; at += Vector256<ushort>.Count)
            {
                var sum = y == 0 ? Shorts(first + at) : Shorts(first + at) + Vector256.Load(small + at);
                if (left > 1) sum += Shorts(second + at);
                if (left > 2) sum += Shorts(third + at);
                if (left > 3) sum += Shorts(fourth + at);
                if (left > 4)
                {
                    sum.Store(small + at);
                    continue;
                }

                var (low, high) = Vector256.Widen(sum);
                Add(sums + at, Vector256.ConvertToSingle(low.AsInt32()), isFirst);
                Add(sums + at + Vector256<float>.Count, Vector256.ConvertToSingle(high.AsInt32()), isFirst);
            }

            for (; at < values; at++)
            {
                var sum = (y == 0 ? 0 : small[at]) + first[at] + (left > 1 ? second[at] : 0) + (left > 2 ? third[at] : 0) + (left > 3 ? fourth[at] : 0);
                if (left > 4) small[at] = (ushort)sum;
                else sums[at] = isFirst ? sum : sums[at] + sum;
            }
        }
    }

    private static void Add(float* sums, Vector256<float> part, bool isFirst) => (isFirst ? part : part + Vector256.Load(sums)).Store(sums);

    /// <summary>Grey: the neighbours of each cell by their shares.</summary>
    private static void AddNeighbours(float* sums, AreaCell[] cells, float* shares, int taps, float* means)
    {
        var i = 0;
        for (; Avx.IsSupported && i <= cells.Length - 4; i += 4, shares += 4 * taps)
        {
            var first = Products(sums + cells[i].Start, shares, taps);
            var second = Products(sums + cells[i + 1].Start, shares + taps, taps);
            var third = Products(sums + cells[i + 2].Start, shares + (2 * taps), taps);
            var fourth = Products(sums + cells[i + 3].Start, shares + (3 * taps), taps);
            var pairs = Avx.HorizontalAdd(Avx.HorizontalAdd(first, second), Avx.HorizontalAdd(third, fourth));
            (pairs.GetLower() + pairs.GetUpper()).Store(means + i);
        }

        for (; i < cells.Length; i++, shares += taps)
        {
            var products = Products(sums + cells[i].Start, shares, taps);

            // In the order of the instruction above, so that all processors have the same result.
            means[i] = products[0] + products[1] + (products[2] + products[3]) + (products[4] + products[5] + (products[6] + products[7]));
        }
    }

    private static Vector256<float> Products(float* sums, float* shares, int taps)
    {
        var products = Vector256.Load(sums) * Vector256.Load(shares);
        for (var at = Vector256<float>.Count; at < taps; at += Vector256<float>.Count) products += Vector256.Load(sums + at) * Vector256.Load(shares + at);
        return products;
    }

    /// <summary>Colour: the same, a pixel's three values in one vector, whose fourth is the next pixel's.</summary>
    private static void AddColours(float* sums, AreaCell[] cells, float* means)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = cells[i];
            var from = sums + (cell.Start * 3);
            var (sum, other) = (Vector128.Load(from) * Vector128.Create(cell.First), Vector128<float>.Zero);
            var last = cell.Count - 1;
            var at = 1;
            for (; at < last - 1; at += 2)
            {
                sum += Vector128.Load(from + (at * 3));
                other += Vector128.Load(from + (at * 3) + 3);
            }

            if (at < last) sum += Vector128.Load(from + (at * 3));
            if (last > 0) other += Vector128.Load(from + (last * 3)) * Vector128.Create(cell.Last);
            (sum + other).Store(means + (i * 3));
        }
    }

    /// <summary>Sums to means, to the nearest whole value, halves to the even one. A sum's own rounding may carry white beyond what the values hold, so they are cut.</summary>
    private static void Round<T>(T* target, float* sums, float share, int count)
        where T : unmanaged
    {
        float white = typeof(T) == typeof(byte) ? byte.MaxValue : ushort.MaxValue;
        var i = 0;
        for (; i <= count - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var shorts = Vector256.Narrow(Whole(sums + i, share, white), Whole(sums + i + Vector256<float>.Count, share, white));
            if (typeof(T) == typeof(byte)) Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).Store((byte*)target + i);
            else shorts.Store((ushort*)target + i);
        }

        for (; i < count; i++)
        {
            var mean = MathF.Round(Math.Min(sums[i] * share, white));
            if (typeof(T) == typeof(byte)) ((byte*)target)[i] = (byte)mean;
            else ((ushort*)target)[i] = (ushort)mean;
        }
    }

    private static Vector256<uint> Whole(float* sums, float share, float white) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Min(Vector256.Load(sums) * share, Vector256.Create(white)))).AsUInt32();

    private static Vector256<ushort> Shorts(byte* bytes)
    {
        var (low, high) = Vector128.Widen(Vector128.Load(bytes));
        return Vector256.Create(low, high);
    }

    private static Vector256<float> Floats<T>(T* values)
        where T : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            var bytes = Vector128.CreateScalarUnsafe(*(ulong*)values).AsByte();
            var shorts = Vector128.WidenLower(bytes);
            var (low, high) = Vector128.Widen(shorts);
            return Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32());
        }

        var (first, second) = Vector128.Widen(Vector128.Load((ushort*)values));
        return Vector256.ConvertToSingle(Vector256.Create(first, second).AsInt32());
    }

    private static float Value<T>(T* values, int at)
        where T : unmanaged => typeof(T) == typeof(byte) ? ((byte*)values)[at] : ((ushort*)values)[at];
}
