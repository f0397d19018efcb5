using System.Numerics;

namespace AnomalyLine.Inference.Maps;

/// <summary>
/// <see cref="CieLab.ChromaDistance"/> for judging: one walk over a frame's pixels with vectors, with roots by iteration in the place of powers. On the calling thread alone.
/// </summary>
internal static class ColourDistance
{
    // Bits of a float are about its logarithm: divided by n and shifted they are those of the n-th root, within a few per cent.
    private const float CubeRootBits = 709921077;
    private const float FifthRootBits = 851905292;

    /// <summary>Δa² + Δb² of one frame of 3 planes; what is outside [0, 1] counts as the nearer of the two.</summary>
    /// <param name="x">3 planes of height x width.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="map">Gets the distance: height x width.</param>
    public static void Compute(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map)
    {
        var (pixels, at) = (map.Length, 0);
        for (; at <= pixels - Vector<float>.Count; at += Vector<float>.Count)
        {
            var (a, b) = Chroma(Load(x, at), Load(x, at + pixels), Load(x, at + (2 * pixels)));
            var (c, d) = Chroma(Load(y, at), Load(y, at + pixels), Load(y, at + (2 * pixels)));
            (((a - c) * (a - c)) + ((b - d) * (b - d))).CopyTo(map[at..]);
        }

        if (at == pixels) return;

        // The last pixels in vectors of their own, filled up with black.
        Span<float> ends = stackalloc float[7 * Vector<float>.Count];
        ends.Clear();
        var rest = pixels - at;
        for (var plane = 0; plane < 3; plane++)
        {
            x.Slice((plane * pixels) + at, rest).CopyTo(ends[(plane * Vector<float>.Count)..]);
            y.Slice((plane * pixels) + at, rest).CopyTo(ends[((3 + plane) * Vector<float>.Count)..]);
        }

        Compute(ends[..(3 * Vector<float>.Count)], ends.Slice(3 * Vector<float>.Count, 3 * Vector<float>.Count), ends[(6 * Vector<float>.Count)..]);
        ends.Slice(6 * Vector<float>.Count, rest).CopyTo(map[at..]);
    }

    /// <summary>x^(1/3) of values in [1e-4, 2], within 3 parts of 10 million.</summary>
    internal static Vector<float> CubeRoot(Vector<float> x)
    {
        var root = Guess(x, new Vector<float>(1f / 3), CubeRootBits);
        for (var i = 0; i < 2; i++)
        {
            // Halley's step for r³ = x.
            var cube = root * root * root;
            root *= Vector.FusedMultiplyAdd(new Vector<float>(2), x, cube) / Vector.FusedMultiplyAdd(new Vector<float>(2), cube, x);
        }

        return root;
    }

    /// <summary>x^(1/5) of values in [1e-4, 2], within 3 parts of 10 million.</summary>
    internal static Vector<float> FifthRoot(Vector<float> x)
    {
        var root = Guess(x, new Vector<float>(1f / 5), FifthRootBits);
        var (two, three) = (new Vector<float>(2), new Vector<float>(3));
        for (var i = 0; i < 2; i++)
        {
            // Halley's step for r⁵ = x.
            var square = root * root;
            var fifth = square * square * root;
            root *= Vector.FusedMultiplyAdd(three, x, two * fifth) / Vector.FusedMultiplyAdd(three, fifth, two * x);
        }

        return root;
    }

    /// <summary>a* and b* of colours, the numbers of <see cref="CieLab"/>.</summary>
    private static (Vector<float> A, Vector<float> B) Chroma(Vector<float> red, Vector<float> green, Vector<float> blue)
    {
        var (r, g, b) = (Linear(red), Linear(green), Linear(blue));
        var x = Compress(Weigh(r, g, b, 0.4124564f / 0.95047f, 0.3575761f / 0.95047f, 0.1804375f / 0.95047f));
        var y = Compress(Weigh(r, g, b, 0.2126729f, 0.7151522f, 0.0721750f));
        var z = Compress(Weigh(r, g, b, 0.0193339f / 1.08883f, 0.1191920f / 1.08883f, 0.9503041f / 1.08883f));
        return (new Vector<float>(500) * (x - y), new Vector<float>(200) * (y - z));
    }

    /// <summary>sRGB to linear light: v / 12.92 up to 0.04045, ((v + 0.055) / 1.055)^2.4 above.</summary>
    private static Vector<float> Linear(Vector<float> value)
    {
        var v = Vector.Min(Vector.Max(value, Vector<float>.Zero), Vector<float>.One);
        var scaled = (v + new Vector<float>(0.055f)) * new Vector<float>(1 / 1.055f);
        var root = FifthRoot(scaled);
        return Vector.ConditionalSelect(Vector.GreaterThan(v, new Vector<float>(0.04045f)), scaled * scaled * root * root, v * new Vector<float>(1 / 12.92f));
    }

    /// <summary>The compression of CIELAB: the cube root, and a line below 216 / 24389.</summary>
    private static Vector<float> Compress(Vector<float> t)
    {
        var epsilon = new Vector<float>((float)CieLab.Epsilon);
        var line = Vector.FusedMultiplyAdd(t, new Vector<float>((float)(CieLab.Kappa / 116)), new Vector<float>(16f / 116));
        return Vector.ConditionalSelect(Vector.LessThanOrEqual(t, epsilon), line, CubeRoot(Vector.Max(t, epsilon)));
    }

    private static Vector<float> Weigh(Vector<float> r, Vector<float> g, Vector<float> b, float red, float green, float blue) =>
        Vector.FusedMultiplyAdd(r, new Vector<float>(red), Vector.FusedMultiplyAdd(g, new Vector<float>(green), b * new Vector<float>(blue)));

    private static Vector<float> Guess(Vector<float> x, Vector<float> part, float bits) => Vector.AsVectorSingle(
        Vector.ConvertToInt32(Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(x)), part, new Vector<float>(bits))));

    private static Vector<float> Load(ReadOnlySpan<float> values, int at) => new(values[at..]);
}
