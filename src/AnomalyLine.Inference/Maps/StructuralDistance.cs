using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AnomalyLine.Inference.Maps;

/// <summary>
/// 1 - SSIM (Wang, Bovik, Sheikh, Simoncelli 2004) averaged over channels, for judging: one walk down strips of a frame, where tensor operations would write and read it dozens of times.
/// With u = x + y and v = x - y four moments are enough, the window's means U, V and variances su, sv of both:
/// 1 - SSIM = 2 (P sv + V² R) / ((P + V²)(R + sv)), P = U² + 2 C1, R = su + 2 C2. On the calling thread alone.
/// </summary>
internal static class StructuralDistance
{
    /// <summary>Side of the Gaussian window, pixels.</summary>
    public const int Window = 11;

    /// <summary>The window's standard deviation, pixels.</summary>
    public const double Sigma = 1.5;

    private const int Half = Window / 2;

    // Of the cache, values.
    private const int Line = 16;

    // Columns that are walked down together: so few that what is kept of them stays in the nearest cache. Beside them lie the window's margins.
    private const int Strip = 128;
    private const int Padded = Strip + Line;

    // Each row was filtered along itself once: the four moments, side by side. From as many rows come two rows of the map.
    private const int Row = 4 * Strip;
    private const int Rows = Window + 1;

    // Rows that are asked for before they are read.
    private const int Ahead = 3;

    /// <summary>Of the middle and of the five places on either side.</summary>
    private static readonly float[] Weights = WindowWeights()[Half..];

    /// <summary>The window along either axis, sum 1.</summary>
    public static float[] WindowWeights()
    {
        var weights = new float[Window];
        for (var i = 0; i < Window; i++) weights[i] = (float)Math.Exp(-Math.Pow(i - (Window / 2), 2) / (2 * Sigma * Sigma));
        var sum = weights.Sum();
        for (var i = 0; i < Window; i++) weights[i] /= sum;
        return weights;
    }

    /// <summary>Of one frame.</summary>
    /// <param name="x">C planes of height x width.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="map">Gets the distance: height x width.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="range">L, the length of the data's range.</param>
    public static void Compute(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels, int height, int width, double range)
    {
        var constants = new Constants(new((float)(2 * Math.Pow(0.01 * range, 2))), new((float)(2 * Math.Pow(0.03 * range, 2))), new(2f / channels));

        // A ring of rows, each at two places, so that the latest always lie one behind the other from somewhere on.
        var ring = Aligned(stackalloc float[(2 * Rows * Row) + Line]);
        var padded = Aligned(stackalloc float[(2 * Padded) + Line]);
        map.Clear();
        for (var plane = 0; plane < channels * map.Length; plane += map.Length)
        {
            for (var left = 0; left < width; left += Strip)
            {
                // Zeros stand for what lies outside of the frame.
                padded.Clear();
                var (begin, end) = (Math.Max(0, left - Half), Math.Min(width, left + Strip + Half));
                var columns = Math.Min(Strip, width - left);
                for (var next = -Half; next < height + Half + (height % 2); next++)
                {
                    var place = (next + Rows) % Rows;
                    if (next < 0 || next >= height)
                    {
                        ring.Slice(place * Row, Row).Clear();
                        ring.Slice((place + Rows) * Row, Row).Clear();
                    }
                    else
                    {
                        var start = plane + (next * width) + begin;
                        if (next + Ahead < height)
                        {
                            Fetch(x.Slice(start + (Ahead * width), end - begin));
                            Fetch(y.Slice(start + (Ahead * width), end - begin));
                        }

                        Enter(x.Slice(start, end - begin), y.Slice(start, end - begin), ref padded[begin - left + Half]);
                        Across(ref padded[0], ref ring[place * Row], (nuint)columns);
                    }

                    var row = next - Half - 1;
                    if (row < 0 || row % 2 != 0) continue;
                    var upper = map.Slice((row * width) + left, columns);
                    var lower = row + 1 < height ? map.Slice(((row + 1) * width) + left, columns) : default;
                    Down(ref ring[(place + 1) % Rows * Row], upper, lower, constants);
                }
            }
        }
    }

    /// <summary>Memory from the next whole line of the cache on: vectors that lie across two of them load at half the speed.</summary>
    private static unsafe Span<float> Aligned(Span<float> memory) => memory[((int)(-((nint)Unsafe.AsPointer(ref memory[0]) / sizeof(float)) & (Line - 1)))..];

    /// <summary>Has values brought into the cache: a network's pass leaves frame and reconstruction in memory, and waiting for them would take half as long again as the map.</summary>
    private static unsafe void Fetch(ReadOnlySpan<float> values)
    {
        if (!Sse.IsSupported) return;
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var at = 0; at < values.Length; at += Line) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref first, at)));
    }

    /// <summary>u and v of a row's places.</summary>
    private static void Enter(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ref float padded)
    {
        ref var one = ref MemoryMarshal.GetReference(x);
        ref var other = ref MemoryMarshal.GetReference(y);
        var last = x.Length - Vector<float>.Count;
        if (last >= 0)
        {
            for (var at = 0; at < last; at += Vector<float>.Count) Enter(Vector.LoadUnsafe(ref one, (nuint)at), Vector.LoadUnsafe(ref other, (nuint)at), ref padded, (nuint)at);
            Enter(Vector.LoadUnsafe(ref one, (nuint)last), Vector.LoadUnsafe(ref other, (nuint)last), ref padded, (nuint)last);
            return;
        }

        for (var at = 0; at < x.Length; at++) (Unsafe.Add(ref padded, at), Unsafe.Add(ref padded, at + Padded)) = (x[at] + y[at], x[at] - y[at]);
    }

    private static void Enter(Vector<float> x, Vector<float> y, ref float padded, nuint at)
    {
        (x + y).StoreUnsafe(ref padded, at);
        (x - y).StoreUnsafe(ref padded, at + Padded);
    }

    /// <summary>A row's moments along itself. The last vector runs over the end, into places of the strip that nobody reads.</summary>
    private static void Across(ref float padded, ref float moments, nuint columns)
    {
        for (nuint at = 0; at < columns; at += (nuint)Vector<float>.Count)
        {
            Across(ref Unsafe.Add(ref padded, at), ref Unsafe.Add(ref moments, at));
            Across(ref Unsafe.Add(ref padded, at + Padded), ref Unsafe.Add(ref moments, at + (2 * Strip)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Across(ref float padded, ref float moments)
    {
        var middle = Vector.LoadUnsafe(ref padded, Half);
        var mean = Weight(0) * middle;
        var square = mean * middle;
        AddPair(1, ref padded, ref mean, ref square);
        AddPair(2, ref padded, ref mean, ref square);
        AddPair(3, ref padded, ref mean, ref square);
        AddPair(4, ref padded, ref mean, ref square);
        AddPair(5, ref padded, ref mean, ref square);
        mean.StoreUnsafe(ref moments);
        mean.StoreUnsafe(ref moments, Rows * Row);
        square.StoreUnsafe(ref moments, Strip);
        square.StoreUnsafe(ref moments, Strip + (Rows * Row));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(int distance, ref float padded, ref Vector<float> mean, ref Vector<float> square)
    {
        var (left, right) = (Vector.LoadUnsafe(ref padded, (nuint)(Half - distance)), Vector.LoadUnsafe(ref padded, (nuint)(Half + distance)));
        mean = Vector.FusedMultiplyAdd(Weight(distance), left + right, mean);
        square = Vector.FusedMultiplyAdd(Weight(distance), Vector.FusedMultiplyAdd(left, left, right * right), square);
    }

    /// <summary>The moments down the columns of two windows, one a row below the other, and what they say of both rows of the map.</summary>
    private static void Down(ref float rows, Span<float> upper, Span<float> lower, in Constants constants)
    {
        for (var at = 0; at < upper.Length; at += Vector<float>.Count)
        {
            var (mu, belowMu) = Down(ref Unsafe.Add(ref rows, at));
            var (uu, belowUu) = Down(ref Unsafe.Add(ref rows, at + Strip));
            var (mv, belowMv) = Down(ref Unsafe.Add(ref rows, at + (2 * Strip)));
            var (vv, belowVv) = Down(ref Unsafe.Add(ref rows, at + (3 * Strip)));
            Add(upper, at, constants.Distance(mu, uu, mv, vv));
            Add(lower, at, constants.Distance(belowMu, belowUu, belowMv, belowVv));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector<float> Upper, Vector<float> Lower) Down(ref float rows)
    {
        // What one window adds above its middle the other adds a step later: each row is loaded once.
        var (above, below) = (Vector.LoadUnsafe(ref rows, Half * Row), Vector.LoadUnsafe(ref rows, (Half + 1) * Row));
        var (upper, lower) = (Weight(0) * above, Weight(0) * below);
        AddPairs(1, ref rows, ref above, ref below, ref upper, ref lower);
        AddPairs(2, ref rows, ref above, ref below, ref upper, ref lower);
        AddPairs(3, ref rows, ref above, ref below, ref upper, ref lower);
        AddPairs(4, ref rows, ref above, ref below, ref upper, ref lower);
        AddPairs(5, ref rows, ref above, ref below, ref upper, ref lower);
        return (upper, lower);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPairs(int distance, ref float rows, ref Vector<float> above, ref Vector<float> below, ref Vector<float> upper, ref Vector<float> lower)
    {
        var (first, last) = (Vector.LoadUnsafe(ref rows, (nuint)((Half - distance) * Row)), Vector.LoadUnsafe(ref rows, (nuint)((Half + 1 + distance) * Row)));
        upper = Vector.FusedMultiplyAdd(Weight(distance), first + below, upper);
        lower = Vector.FusedMultiplyAdd(Weight(distance), above + last, lower);
        (above, below) = (first, last);
    }

    /// <summary>As many as the target has places for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Span<float> target, int at, Vector<float> values)
    {
        if (at <= target.Length - Vector<float>.Count) (values + new Vector<float>(target[at..])).CopyTo(target[at..]);
        else for (var i = at; i < target.Length; i++) target[i] += values[i - at];
    }

    private static Vector<float> Weight(int distance) => new(Weights[distance]);

    /// <summary>2 C1, 2 C2, and 2 over the number of channels.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Constants(Vector<float> C1, Vector<float> C2, Vector<float> Share)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Distance(Vector<float> mu, Vector<float> uu, Vector<float> mv, Vector<float> vv)
        {
            var (mvv, p) = (mv * mv, Vector.FusedMultiplyAdd(mu, mu, C1));
            var (r, s) = (uu - (mu * mu) + C2, vv - mvv);
            return Share * Vector.FusedMultiplyAdd(p, s, mvv * r) / ((p + mvv) * (r + s));
        }
    }
}
