using System.Numerics;
using OpenCvSharp;

namespace AnomalyLine.Imaging;

/// <summary>
/// How many bits of its 16-bit values a camera uses, counted from the lowest: what white is. A frame says it, or its file; what says nothing is read by its model, which took it from its training frames
/// (docs/adr/0035-significant-bits.md). 0 stands for "not said". Stateless; any thread.
/// </summary>
internal static class SignificantBits
{
    /// <summary>Fewest that a frame may state: fewer fit an 8-bit format.</summary>
    public const int Fewest = 9;

    /// <summary>Most: all of them.</summary>
    public const int All = 16;

    /// <summary>What cameras have; a set of frames takes the first that holds its largest value.</summary>
    private static readonly int[] s_usual = [8, 10, 12, 14, All];

    /// <summary>Whether values of a format may have 16 bits.</summary>
    public static bool Concerns(PixelFormat format) => format is PixelFormat.Png || (format is not PixelFormat.Jpeg && PixelLayout.Of(format) is { IsDeep: true });

    /// <summary>What is wrong with what a frame states, or null.</summary>
    public static string? Check(PixelFormat format, int stated) => stated switch
    {
        0 => null,
        < Fewest or > All => $"{stated} significant bits are stated; state {Fewest}..{All}, or 0 for what the model knows.",
        _ when format is not (PixelFormat.Png or PixelFormat.Jpeg) && PixelLayout.Of(format) is { SignificantBits: > 0 and var own } => own == stated ? null : $"{stated} significant bits are stated for {format}, which has {own}; leave significant_bits out.",
        _ when !Concerns(format) => $"{stated} significant bits are stated for {format}, whose values have 8; leave significant_bits out, or send a 16-bit format.",
        _ => null,
    };

    /// <summary>The bits of frames whose largest value this is.</summary>
    public static int Of(int largest) => Array.Find(s_usual, bits => largest <= White(bits));

    /// <summary>The largest value of so many bits.</summary>
    /// <param name="bits">0 for all of them.</param>
    public static int White(int bits) => bits == 0 ? ushort.MaxValue : (1 << bits) - 1;

    /// <summary>The largest value of 16-bit pixels, of all channels.</summary>
    public static unsafe int Largest(Mat pixels)
    {
        ushort largest = 0;
        int rows = pixels.Rows, values = pixels.Cols * pixels.Channels();
        for (var y = 0; y < rows; y++)
        {
            var row = new ReadOnlySpan<ushort>(pixels.Ptr(y).ToPointer(), values);
            var most = Vector<ushort>.Zero;
            for (; row.Length >= Vector<ushort>.Count; row = row[Vector<ushort>.Count..]) most = Vector.Max(most, new Vector<ushort>(row));
            for (var i = 0; i < Vector<ushort>.Count; i++) largest = Math.Max(largest, most[i]);
            foreach (var value in row) largest = Math.Max(largest, value);
        }

        return largest;
    }

    /// <summary>What is wrong with 16-bit pixels that exceed the bits that their frame states, or those that its model takes where it states none; null where all is well.</summary>
    public static string? Check(Mat pixels, int stated, int assumed)
    {
        var bits = stated != 0 ? stated : assumed;
        if (bits is 0 or All || Largest(pixels) is var largest && largest <= White(bits)) return null;
        return stated != 0
            ? $"The frame holds the value {largest}, but states {bits} significant bits, which end at {White(bits)}; state as many as the camera uses."
            : $"The frame holds the value {largest}, but the model's frames have {bits} significant bits, which end at {White(bits)}; "
                + "set the camera as it was for the training, state the frame's significant bits, or train again from the start.";
    }
}
