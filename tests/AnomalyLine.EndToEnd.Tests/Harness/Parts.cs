using AnomalyLine.Contracts.V1;
using AnomalyLine.Demo;
using AnomalyLine.Imaging.Datasets;
using Google.Protobuf;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>Rendered parts as a camera sends them.</summary>
internal static class Parts
{
    /// <summary>Width and height of the frames, pixels.</summary>
    public const int Size = 128;

    /// <summary>Far from the seeds of the training parts, which are random numbers, by being small ones.</summary>
    private const int FirstSeed = 1;

    private static readonly Lazy<Frame[]> s_passing = new(() => [.. Enumerable.Range(0, 20).Select(i => i % 5 == 4 ? Defective(FirstSeed + i) : Good(FirstSeed + i))]);

    /// <summary>Parts as they pass a camera: each fifth is defective.</summary>
    public static IReadOnlyList<Frame> Passing => s_passing.Value;

    public static Frame Good(int seed = FirstSeed)
    {
        var part = SyntheticParts.Render(seed, Size, Size);
        return new() { Width = Size, Height = Size, PixelFormat = PixelFormat.Bgr8, Data = UnsafeByteOperations.UnsafeWrap(part.Bgr) };
    }

    /// <summary>A good part under another lamp, so many times as bright.</summary>
    public static Frame Lit(int seed, double lamp)
    {
        var frame = Good(seed);
        frame.Data = UnsafeByteOperations.UnsafeWrap(Array.ConvertAll(frame.Data.ToByteArray(), value => (byte)Math.Min(255, Math.Round(value * lamp))));
        return frame;
    }

    /// <summary>Writes a frame as a file.</summary>
    public static void WritePng(string path, Frame frame)
    {
        Assert.True(Imaging.Frame.TryCreate(Imaging.PixelFormat.Bgr8, (int)frame.Width, (int)frame.Height, 0, frame.Data.Memory, DateTimeOffset.UnixEpoch, out var made, out var error), error);
        Assert.True(FrameFile.TryWritePng(made, out var file, out _, out _, out error), error);
        File.WriteAllBytes(path, file);
    }

    /// <summary>A part with a bright green label on its middle, which a training of seconds sees too.</summary>
    public static Frame Defective(int seed = FirstSeed)
    {
        var frame = Good(seed);
        var bgr = frame.Data.ToByteArray();
        for (var y = Size / 3; y < Size * 2 / 3; y++)
            for (var x = Size / 3; x < Size * 2 / 3; x++)
                (bgr[3 * (y * Size + x)], bgr[3 * (y * Size + x) + 1], bgr[3 * (y * Size + x) + 2]) = (0, 255, 0);
        frame.Data = UnsafeByteOperations.UnsafeWrap(bgr);
        return frame;
    }
}
