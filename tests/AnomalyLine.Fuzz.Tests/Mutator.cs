using System.Buffers.Binary;

namespace AnomalyLine.Fuzz.Tests;

/// <summary>
/// Makes inputs of seeds: bits, bytes and numbers changed, pieces taken out, doubled, moved or taken from another seed, words of the format put in. One number gives one input, so that a failure is made
/// again by it alone.
/// </summary>
/// <param name="seeds">Good inputs, at least one.</param>
/// <param name="words">What means something in the format.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    /// <summary>Longest input, beyond which a seed does not grow.</summary>
    private const int MostBytes = 64 * 1024;

    private const int MostChanges = 8, SeldomWhole = 64, LongestPiece = 64;
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, int.MaxValue - 1L, int.MaxValue, int.MaxValue + 1L, uint.MaxValue, long.MaxValue, long.MinValue, -1, -2,
    ];

    /// <summary>An input.</summary>
    public byte[] Make(Random random)
    {
        if (random.Next(SeldomWhole) == 0) return Whole(random);
        var bytes = new List<byte>(seeds[random.Next(seeds.Count)]);
        for (var left = 1 + random.Next(MostChanges); left > 0; left--) Change(bytes, random);
        return [.. bytes];
    }

    /// <summary>As it is, or nothing of it.</summary>
    private byte[] Whole(Random random)
    {
        if (random.Next(2) == 0) return seeds[random.Next(seeds.Count)];
        var bytes = new byte[random.Next(256)];
        random.NextBytes(bytes);
        return bytes;
    }

    private void Change(List<byte> bytes, Random random)
    {
        var at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        var length = Math.Min(1 + random.Next(LongestPiece), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when bytes.Count > 0:
                bytes.RemoveRange(at, length);
                break;
            case 3 when bytes.Count > 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4 when bytes.Count < MostBytes:
                var noise = new byte[random.Next(LongestPiece)];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 5 when bytes.Count is > 0 and < MostBytes:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 6 when bytes.Count < MostBytes:
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, LongestPiece)));
                break;
            case 7 when words.Count > 0 && bytes.Count < MostBytes:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 8 when bytes.Count > 0:
                for (var i = 0; i < length; i++) bytes[at + i] = (byte)random.Next(256);
                break;
            default:
                SetNumber(bytes, at, random);
                break;
        }
    }

    /// <summary>A number that is often a limit, as one of 1 to 8 bytes in either order.</summary>
    private static void SetNumber(List<byte> bytes, int at, Random random)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        var value = s_numbers[random.Next(s_numbers.Length)];
        var size = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number = number[..size];
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[^size..];
        }

        for (var i = 0; i < number.Length && at + i < bytes.Count; i++) bytes[at + i] = number[i];
    }
}
