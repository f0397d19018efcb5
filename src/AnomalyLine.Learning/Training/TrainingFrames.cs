using System.Runtime.InteropServices;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Methods;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// The training frames in memory, 8 bits a value, or 16 where they have them, and batches of them in random order. Of frames that are judged by tiles it has the tiles: all, or of many as many as
/// <see cref="MostTiles"/>, drawn at random for each frame.
/// </summary>
internal sealed class TrainingFrames : TrainingBatches
{
    /// <summary>Files whose proportions are looked at, at most.</summary>
    private const int MostMeasured = 51;

    /// <summary>Tiles that are learnt from, about.</summary>
    private const int MostTiles = 2000;

    private static readonly InputSpec Look = new(64, 64, 3);

    private readonly MethodOptions _options;
    private readonly Augmentation _augmentation;
    private readonly Tensor _frames;
    private readonly RegionOfInterest[] _covers;
    private readonly AreaMask?[] _masks;
    private readonly int _tiles;

    /// <summary>Reads all of them.</summary>
    /// <exception cref="DatasetException">A frame cannot be used.</exception>
    public TrainingFrames(IReadOnlyList<string> paths, MethodOptions options, int seed, CancellationToken cancel)
        : base(options.BatchSize)
    {
        _options = options;
        _augmentation = new Augmentation(options.Shift, options.Rotation, options.Brightness, options.Colour, options.FlipHorizontal, options.FlipVertical, options.QuarterTurns);
        var input = options.Input;
        RegionOfInterest[] regions = [.. options.FrameInput.TileRegions()];
        _tiles = Math.Clamp(MostTiles / Math.Max(1, paths.Count), 1, regions.Length);
        _frames = empty([paths.Count * _tiles, input.Planes, input.Height, input.Width], options.SignificantBits == 0 ? ScalarType.Byte : ScalarType.Int16);
        _covers = new RegionOfInterest[paths.Count * _tiles];
        _masks = new AreaMask?[paths.Count];
        var tile = new float[input.Length];
        for (var i = 0; i < paths.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var prepared = Prepare(paths[i], options.FrameInput);
            _masks[i] = prepared.Mask;
            RegionOfInterest[] shown = [.. regions.Where(region => region.Intersect(prepared.Cover) is { } cover && IsJudged(prepared, cover))];
            if (_tiles < regions.Length) new Random(unchecked((seed * 7919) + i)).Shuffle(shown);
            for (var t = 0; t < _tiles; t++)
            {
                var region = shown[t % shown.Length];
                var cover = region.Intersect(prepared.Cover)!;
                _covers[(i * _tiles) + t] = cover with { X = cover.X - region.X, Y = cover.Y - region.Y };
                Cut(prepared, region, tile);
                Keep((i * _tiles) + t, tile);
            }
        }
    }

    /// <inheritdoc/>
    public override long Count => _frames.shape[0];

    /// <summary>Whether <see cref="Batch"/> changes frames at random.</summary>
    public bool AreChanged => !_augmentation.IsNone;

    /// <summary>Numbers of a file's frame, or of its tiles.</summary>
    /// <param name="place">The file's place among the paths.</param>
    public long[] NumbersOf(int place) => [.. Enumerable.Range(place * _tiles, _tiles).Select(n => (long)n)];

    /// <summary>The part of a model's input that a frame fills, pixels of the input.</summary>
    public RegionOfInterest CoverOf(long number) => _covers[number];

    /// <summary>What of a file's frame is not judged; null where all of it is.</summary>
    /// <param name="place">The file's place among the paths.</param>
    public AreaMask? MaskOf(int place) => _masks[place];

    /// <summary>A file as a model takes it.</summary>
    /// <exception cref="DatasetException">It cannot be used.</exception>
    public static PreparedFrame Prepare(string path, InputSpec input) => ClipFile.Prepare(path, input);

    /// <summary>
    /// The bits in use of 16-bit values in these files: the most that one states, or what the largest value of those that state nothing needs, 8, 10, 12, 14 or 16. 0 where no file has such values.
    /// </summary>
    /// <exception cref="DatasetException">A frame cannot be used.</exception>
    public static int SignificantBitsOf(IReadOnlyList<string> paths, CancellationToken cancel)
    {
        var most = 0;
        foreach (var path in paths)
        {
            cancel.ThrowIfCancellationRequested();
            most = Math.Max(most, FrameFile.SignificantBitsOf(path));
            if (most == SignificantBits.All) break;
        }

        return most;
    }

    /// <summary>The size of the judged rectangle whose proportions are in the middle of a sample of files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="area">What of them is judged; null for all.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="DatasetException">A frame cannot be used.</exception>
    public static (int Width, int Height) SizeOf(IReadOnlyList<string> paths, InspectionArea? area, CancellationToken cancel)
    {
        var count = Math.Min(paths.Count, MostMeasured);
        var sizes = new (int Width, int Height)[count];
        for (var i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            using var prepared = Prepare(paths[(int)((long)i * paths.Count / count)], Look with { Area = area });
            sizes[i] = (prepared.Region.Width, prepared.Region.Height);
        }

        Array.Sort(sizes, static (one, other) => ((double)one.Width / one.Height).CompareTo((double)other.Width / other.Height));
        return sizes[count / 2];
    }

    /// <summary>Whether no frame has a colour: all three channels are the same. Looks at small copies, up to the first coloured one.</summary>
    /// <exception cref="DatasetException">A frame cannot be used.</exception>
    public static bool AreGrey(IReadOnlyList<string> paths, InspectionArea? area, CancellationToken cancel)
    {
        foreach (var path in paths)
        {
            cancel.ThrowIfCancellationRequested();
            using var prepared = Prepare(path, Look with { Area = area });
            var plane = Look.Width * Look.Height;
            var red = prepared.Values[..plane];
            if (!prepared.Values[plane..(2 * plane)].SequenceEqual(red) || !prepared.Values[(2 * plane)..].SequenceEqual(red)) return false;
        }

        return true;
    }

    /// <summary>Frames as they are.</summary>
    /// <inheritdoc/>
    public override IEnumerable<Tensor> Batches(IReadOnlyList<long> numbers, bool plain, Device device, CancellationToken cancel)
    {
        const int atOnce = 8;
        foreach (var chosen in numbers.Chunk(atOnce))
        {
            cancel.ThrowIfCancellationRequested();
            using var batch = Plain(chosen);
            using var moved = batch.to(device);
            yield return moved;
        }
    }

    /// <summary>Frames as they are: N x C x H x W in [0, 1].</summary>
    public Tensor Plain(long[] numbers)
    {
        using var chosen = tensor(numbers);
        using var kept = _frames.index_select(0, chosen);
        return Scaled(kept);
    }

    /// <summary>Frames as N x C x H x W in [0, 1], changed at random where the options ask for it.</summary>
    public override Tensor Batch(long[] numbers, Random random)
    {
        var batch = Plain(numbers);
        if (_augmentation.IsNone) return batch;
        var input = _options.Input;
        var result = empty_like(batch);
        var from = MemoryMarshal.Cast<byte, float>(batch.bytes);
        var to = MemoryMarshal.Cast<byte, float>(result.bytes);
        for (var i = 0; i < numbers.Length; i++) _augmentation.Apply(from.Slice(i * input.Length, input.Length), input, random, to.Slice(i * input.Length, input.Length));
        return result;
    }

    /// <summary>Whether anything of a region of a prepared frame is judged.</summary>
    private static bool IsJudged(PreparedFrame frame, RegionOfInterest region)
    {
        var leftOut = frame.LeftOut;
        if (leftOut.Length == 0) return true;
        for (var y = region.Y; y < region.Y + region.Height; y++)
            if (leftOut.Slice((y * frame.Input.Width) + region.X, region.Width).Contains(false)) return true;
        return false;
    }

    /// <summary>The values of a region of a prepared frame, plane by plane.</summary>
    private static void Cut(PreparedFrame frame, RegionOfInterest region, Span<float> tile)
    {
        var input = frame.Input;
        var values = frame.Values;
        for (var row = 0; row < input.Planes * region.Height; row++)
        {
            var (plane, y) = (row / region.Height, region.Y + (row % region.Height));
            values.Slice((((plane * input.Height) + y) * input.Width) + region.X, region.Width).CopyTo(tile[(row * region.Width)..]);
        }
    }

    private void Keep(long number, ReadOnlySpan<float> values)
    {
        using var target = _frames.select(0, number);
        if (_frames.dtype == ScalarType.Byte)
        {
            var bytes = target.bytes;
            for (var v = 0; v < values.Length; v++) bytes[v] = (byte)((values[v] * 255f) + 0.5f);
        }
        else
        {
            // torch has no arithmetic for unsigned 16-bit numbers.
            var words = MemoryMarshal.Cast<byte, short>(target.bytes);
            for (var v = 0; v < values.Length; v++) words[v] = (short)((int)((values[v] * 65535f) + 0.5f) + short.MinValue);
        }
    }

    /// <summary>Values as they are kept to [0, 1].</summary>
    private static Tensor Scaled(Tensor kept)
    {
        using var values = kept.to(ScalarType.Float32);
        if (kept.dtype == ScalarType.Byte) return values / S(255f);
        using var unsigned = values - S((float)short.MinValue);
        return unsigned / S(65535f);
    }

    /// <inheritdoc/>
    public override void Dispose() => _frames.Dispose();
}
