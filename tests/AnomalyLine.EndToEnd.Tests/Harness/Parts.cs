using AnomalyLine.Contracts.V1;
using AnomalyLine.Vision.Data;
using Google.Protobuf;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>Rendered parts as a camera sends them.</summary>
internal static class Parts
{
    /// <summary>Width and height of the frames, pixels.</summary>
    public const int Size = 128;

    /// <summary>Far from the seeds of the training parts, which are random numbers, by being small ones.</summary>
    private const int FirstSeed = 1;

    private static readonly Lazy<Frame[]> s_passing = new(() => [.. Enumerable.Range(0, 20).Select(i => Render(FirstSeed + i, i % 5 == 4 ? PartDefect.Stain : null))]);

    /// <summary>Parts as they pass a camera: each fifth has a stain.</summary>
    public static IReadOnlyList<Frame> Passing => s_passing.Value;

    public static Frame Good() => Render(FirstSeed, null);

    public static Frame Defective() => Render(FirstSeed + 4, PartDefect.Stain);

    private static Frame Render(int seed, PartDefect? defect)
    {
        var part = SyntheticParts.Render(seed, Size, Size, defect);
        return new() { Width = Size, Height = Size, PixelFormat = PixelFormat.Bgr8, Data = UnsafeByteOperations.UnsafeWrap(part.Bgr) };
    }
}
