using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Methods;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Training;

/// <summary>
/// What a method makes of its training frames before it learns, computed once and kept as float16 in a temporary file that goes with the process; of frames that do not fit, computed each time anew.
/// Where the options change frames at random, each frame is kept in a few versions, the first as it is.
/// </summary>
internal sealed class FeatureCache : TrainingBatches
{
    private readonly TrainingFrames _frames;
    private readonly AnomalyMethod _method;
    private readonly Device _device;
    private readonly int _views;
    private readonly long _kept;
    private readonly int _length;
    private readonly long[] _shape;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Encodes all frames that fit.</summary>
    /// <param name="frames">The frames; they stay the caller's and must outlive this.</param>
    /// <param name="method">The method that learns from them, which must outlive this too.</param>
    /// <param name="batchSize">Frames a training step.</param>
    /// <param name="device">Where the method is.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public FeatureCache(TrainingFrames frames, AnomalyMethod method, int batchSize, Device device, Action<double>? progress, CancellationToken cancel)
        : base(batchSize)
    {
        var (views, most) = method.Encoding ?? throw new ArgumentException("The method learns from frames.", nameof(method));
        (_frames, _method, _device, _views) = (frames, method, device, frames.AreChanged ? views : 1);
        using (NewDisposeScope()) _shape = Encode([0], 0).shape[1..];
        _length = (int)_shape.Aggregate((one, other) => one * other);
        _kept = Math.Min(Count, most / RowBytes / _views);
        _file = MemoryMappedFile.CreateFromFile(
            new FileStream(Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose }),
            null, Math.Max(1, _kept * _views * RowBytes), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        const int atOnce = 8;
        for (long at = 0; at < _kept; at += atOnce)
        {
            var numbers = Enumerable.Range(0, (int)Math.Min(atOnce, _kept - at)).Select(i => at + i).ToArray();
            for (var version = 0; version < _views; version++)
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                Keep(Encode(numbers, version), numbers, version);
            }

            progress?.Invoke((at + numbers.Length) / (double)_kept);
        }
    }

    /// <inheritdoc/>
    public override long Count => _frames.Count;

    /// <summary>Versions of each frame.</summary>
    public int Views => _views;

    private long RowBytes => _length * 2L;

    /// <inheritdoc/>
    public override Tensor Batch(long[] numbers, Random random) => Rows(numbers, [.. numbers.Select(_ => random.Next(_views))]);

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Batches(IReadOnlyList<long> numbers, bool plain, Device device, CancellationToken cancel)
    {
        const int atOnce = 8;
        foreach (var chosen in numbers.Chunk(atOnce))
        {
            for (var version = 0; version < (plain ? 1 : _views); version++)
            {
                cancel.ThrowIfCancellationRequested();
                using var batch = Rows(chosen, [.. chosen.Select(_ => version)]);
                using var moved = batch.to(device);
                yield return moved;
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Frames of some numbers, each in a version: N x ... float32 on the CPU.</summary>
    private Tensor Rows(long[] numbers, int[] versions)
    {
        using var scope = NewDisposeScope();
        var halves = empty([numbers.Length, .. _shape], ScalarType.Float16);
        var target = MemoryMarshal.Cast<byte, Half>(halves.bytes);
        for (var i = 0; i < numbers.Length; i++)
        {
            var row = target.Slice(i * _length, _length);
            if (numbers[i] < _kept)
            {
                Row(numbers[i], versions[i]).CopyTo(row);
            }
            else
            {
                using var encoded = Encode([numbers[i]], versions[i]).to(ScalarType.Float16).cpu().contiguous();
                MemoryMarshal.Cast<byte, Half>(encoded.bytes).CopyTo(row);
            }
        }

        return halves.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>A version of frames is the same whenever it is asked for: its changes are drawn from its number.</summary>
    private Tensor Encode(long[] numbers, int version)
    {
        using var guard = no_grad();
        Tensor[] frames = version == 0 ? [_frames.Plain(numbers)] : [.. numbers.Select(n => _frames.Batch([n], new Random(unchecked((int)((n * 7919) + version)))))];
        return _method.Encode((frames.Length == 1 ? frames[0] : cat(frames)).to(_device), ThreadTeam.Alone);
    }

    private void Keep(Tensor encoded, long[] numbers, int version)
    {
        using var halves = encoded.to(ScalarType.Float16).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, Half>(halves.bytes);
        for (var i = 0; i < numbers.Length; i++) values.Slice(i * _length, _length).CopyTo(Row(numbers[i], version));
    }

    private unsafe Span<Half> Row(long number, int version) =>
        new((byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (((number * _views) + version) * RowBytes), _length);
}
