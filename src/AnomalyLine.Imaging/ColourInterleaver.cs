using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AnomalyLine.Imaging;

/// <summary>Three colours by themselves to pixels of three values, by shuffles of bytes. Stateless; any thread.</summary>
internal static class ColourInterleaver
{
    private const byte None = 0xFF;

    /// <summary>Where in a half of each colour the values of a part come from.</summary>
    private static readonly Vector256<byte>
        s_firstAtStart = Twice(0, None, None, 1, None, None, 2, None, None, 3, None, None, 4, None, None, 5),
        s_secondAtStart = Twice(None, 0, None, None, 1, None, None, 2, None, None, 3, None, None, 4, None, None),
        s_thirdAtStart = Twice(None, None, 0, None, None, 1, None, None, 2, None, None, 3, None, None, 4, None),
        s_firstInMiddle = Twice(None, None, 6, None, None, 7, None, None, 8, None, None, 9, None, None, 10, None),
        s_secondInMiddle = Twice(5, None, None, 6, None, None, 7, None, None, 8, None, None, 9, None, None, 10),
        s_thirdInMiddle = Twice(None, 5, None, None, 6, None, None, 7, None, None, 8, None, None, 9, None, None),
        s_firstAtEnd = Twice(None, 11, None, None, 12, None, None, 13, None, None, 14, None, None, 15, None, None),
        s_secondAtEnd = Twice(None, None, 11, None, None, 12, None, None, 13, None, None, 14, None, None, 15, None),
        s_thirdAtEnd = Twice(10, None, None, 11, None, None, 12, None, None, 13, None, None, 14, None, None, 15),
        s_firstAtStartDeep = Twice(0, 1, None, None, None, None, 2, 3, None, None, None, None, 4, 5, None, None),
        s_secondAtStartDeep = Twice(None, None, 0, 1, None, None, None, None, 2, 3, None, None, None, None, 4, 5),
        s_thirdAtStartDeep = Twice(None, None, None, None, 0, 1, None, None, None, None, 2, 3, None, None, None, None),
        s_firstInMiddleDeep = Twice(None, None, 6, 7, None, None, None, None, 8, 9, None, None, None, None, 10, 11),
        s_secondInMiddleDeep = Twice(None, None, None, None, 6, 7, None, None, None, None, 8, 9, None, None, None, None),
        s_thirdInMiddleDeep = Twice(4, 5, None, None, None, None, 6, 7, None, None, None, None, 8, 9, None, None),
        s_firstAtEndDeep = Twice(None, None, None, None, 12, 13, None, None, None, None, 14, 15, None, None, None, None),
        s_secondAtEndDeep = Twice(10, 11, None, None, None, None, 12, 13, None, None, None, None, 14, 15, None, None),
        s_thirdAtEndDeep = Twice(None, None, 10, 11, None, None, None, None, 12, 13, None, None, None, None, 14, 15);

    /// <summary>32 pixels of bytes.</summary>
    /// <param name="first">First value of each pixel.</param>
    /// <param name="second">Second value.</param>
    /// <param name="third">Third value.</param>
    /// <param name="target">Gets 96 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> first, Vector256<byte> second, Vector256<byte> third, ref byte target)
    {
        var start = Shuffle(first, s_firstAtStart)
            | Shuffle(second, s_secondAtStart)
            | Shuffle(third, s_thirdAtStart);
        var middle = Shuffle(first, s_firstInMiddle)
            | Shuffle(second, s_secondInMiddle)
            | Shuffle(third, s_thirdInMiddle);
        var end = Shuffle(first, s_firstAtEnd)
            | Shuffle(second, s_secondAtEnd)
            | Shuffle(third, s_thirdAtEnd);
        StoreParts(start, middle, end, ref target);
    }

    /// <summary>16 pixels of 16-bit values.</summary>
    /// <param name="first">First value of each pixel.</param>
    /// <param name="second">Second value.</param>
    /// <param name="third">Third value.</param>
    /// <param name="target">Gets 48 values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<ushort> first, Vector256<ushort> second, Vector256<ushort> third, ref ushort target)
    {
        var (one, two, three) = (first.AsByte(), second.AsByte(), third.AsByte());
        var start = Shuffle(one, s_firstAtStartDeep)
            | Shuffle(two, s_secondAtStartDeep)
            | Shuffle(three, s_thirdAtStartDeep);
        var middle = Shuffle(one, s_firstInMiddleDeep)
            | Shuffle(two, s_secondInMiddleDeep)
            | Shuffle(three, s_thirdInMiddleDeep);
        var end = Shuffle(one, s_firstAtEndDeep)
            | Shuffle(two, s_secondAtEndDeep)
            | Shuffle(three, s_thirdAtEndDeep);
        StoreParts(start, middle, end, ref Unsafe.As<ushort, byte>(ref target));
    }

    /// <summary>Three pictures of one colour each to rows of pixels.</summary>
    public static void Interleave(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> pixels)
    {
        ref byte one = ref MemoryMarshal.GetReference(first), two = ref MemoryMarshal.GetReference(second), three = ref MemoryMarshal.GetReference(third);
        ref var target = ref MemoryMarshal.GetReference(pixels);
        var at = 0;
        for (; at <= first.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            Store(Vector256.LoadUnsafe(ref one, (nuint)at), Vector256.LoadUnsafe(ref two, (nuint)at), Vector256.LoadUnsafe(ref three, (nuint)at), ref Unsafe.Add(ref target, at * 3));
        for (; at < first.Length; at++) (pixels[at * 3], pixels[(at * 3) + 1], pixels[(at * 3) + 2]) = (first[at], second[at], third[at]);
    }

    /// <summary>Both halves likewise: byte n is that with number <paramref name="from"/>[n] of its half, or 0 for 255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Shuffle(Vector256<byte> values, Vector256<byte> from) => Avx2.IsSupported
        ? Avx2.Shuffle(values, from)
        : Vector256.Create(Vector128.Shuffle(values.GetLower(), from.GetLower()), Vector128.Shuffle(values.GetUpper(), from.GetUpper()));

    /// <summary>The same numbers for both halves.</summary>
    public static Vector256<byte> Twice(params ReadOnlySpan<byte> from) => Vector256.Create(Vector128.Create(from), Vector128.Create(from));

    /// <summary>A lower half's three parts, then an upper half's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreParts(Vector256<byte> start, Vector256<byte> middle, Vector256<byte> end, ref byte target)
    {
        start.GetLower().StoreUnsafe(ref target);
        middle.GetLower().StoreUnsafe(ref target, 16);
        end.GetLower().StoreUnsafe(ref target, 32);
        start.GetUpper().StoreUnsafe(ref target, 48);
        middle.GetUpper().StoreUnsafe(ref target, 64);
        end.GetUpper().StoreUnsafe(ref target, 80);
    }
}
