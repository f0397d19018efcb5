using System.Buffers.Binary;

namespace AnomalyLine.Imaging.Decoding;

/// <summary>What a decoder's process is asked, and what it answers: five numbers. The bytes are in <see cref="SharedPixels"/>.</summary>
/// <param name="Format">The <see cref="PixelFormat"/>; in an answer 0 for a file that is wrong.</param>
/// <param name="Width">Announced, or decoded.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="Length">Bytes of the file, of the pixels, or of what is wrong.</param>
/// <param name="SignificantBits">Of the frame; only asked.</param>
internal sealed record DecoderMessage(int Format, int Width, int Height, int Length, int SignificantBits)
{
    private const int Numbers = 5;

    /// <summary>Sends it.</summary>
    public void Write(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[Numbers * sizeof(int)];
        var place = 0;
        foreach (var number in (ReadOnlySpan<int>)[Format, Width, Height, Length, SignificantBits]) BinaryPrimitives.WriteInt32LittleEndian(bytes[(sizeof(int) * place++)..], number);
        stream.Write(bytes);
        stream.Flush();
    }

    /// <summary>Waits for one; null where the other end is closed.</summary>
    public static DecoderMessage? Read(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[Numbers * sizeof(int)];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) return null;
        Span<int> numbers = stackalloc int[Numbers];
        for (var i = 0; i < Numbers; i++) numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(sizeof(int) * i)..]);
        return new DecoderMessage(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }
}
