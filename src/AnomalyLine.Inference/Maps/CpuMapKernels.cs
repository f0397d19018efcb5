using System.Numerics;
using System.Runtime.InteropServices;
using AnomalyLine.Inference.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Maps;

/// <summary>Maps that are computed frame by frame from the tensors' own memory, without tensor operations: on the CPU, where no gradient is asked for. The frames of a batch are shared out (<see cref="ThreadTeam"/>).</summary>
internal static class CpuMapKernels
{
    /// <summary>A frame's map from its planes and those of its reconstruction.</summary>
    /// <param name="x">C planes of height x width.</param>
    /// <param name="y">As <paramref name="x"/>.</param>
    /// <param name="map">Gets the map: height x width.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    public delegate void Step(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> map, int channels, int height, int width);

    /// <summary>Whether both lie on the CPU as float32 and no gradient is asked for.</summary>
    public static bool CanUse(Tensor x, Tensor y) => CanUse(x) && CanUse(y);

    /// <summary>Whether it lies on the CPU as float32 and no gradient is asked for.</summary>
    public static bool CanUse(Tensor x) => x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && !x.requires_grad;

    /// <summary>All frames of a batch: N x C x H x W twice to N x H x W.</summary>
    public static Tensor Over(Tensor x, Tensor y, ThreadTeam team, Step step)
    {
        var (n, c, h, w) = ((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], (int)x.shape[3]);
        using var one = x.contiguous();
        using var other = y.contiguous();
        var map = empty([n, h, w], ScalarType.Float32);
        team.ForEach(n, i => step(Values(one, i), Values(other, i), Values(map, i), c, h, w));
        return map;
    }

    /// <summary>target += values, from the first to the last, so that the values may be the target's own later ones.</summary>
    public static void Add(Span<float> target, ReadOnlySpan<float> values)
    {
        var own = MemoryMarshal.Cast<float, Vector<float>>(target);
        var others = MemoryMarshal.Cast<float, Vector<float>>(values[..target.Length]);
        for (var i = 0; i < own.Length; i++) own[i] += others[i];
        for (var i = own.Length * Vector<float>.Count; i < target.Length; i++) target[i] += values[i];
    }

    /// <summary>The largest value; NaN where there is one.</summary>
    public static float Highest(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var highest = new Vector<float>(values[0]);
        foreach (var vector in vectors) highest = Vector.Max(highest, vector);
        var most = highest[0];
        for (var i = 1; i < Vector<float>.Count; i++) most = MathF.Max(most, highest[i]);
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..]) most = MathF.Max(most, value);
        return most;
    }

    /// <summary>target += factor x values, of which there are at least as many.</summary>
    public static void AddTo(Span<float> target, ReadOnlySpan<float> values, float factor)
    {
        var (share, at) = (new Vector<float>(factor), 0);
        for (; at <= target.Length - Vector<float>.Count; at += Vector<float>.Count)
            Vector.FusedMultiplyAdd(share, new Vector<float>(values[at..]), new Vector<float>(target[at..])).CopyTo(target[at..]);
        for (; at < target.Length; at++) target[at] += factor * values[at];
    }

    /// <summary>The largest value of each frame's map: N x H x W to N.</summary>
    public static Tensor Highest(Tensor map)
    {
        using var source = map.contiguous();
        var n = (int)source.shape[0];
        var highest = empty(n, ScalarType.Float32);
        var target = Values(highest);
        for (var i = 0; i < n; i++) target[i] = Highest(Values(source, i));
        return highest;
    }

    /// <summary>A contiguous tensor's memory; it must outlive the span.</summary>
    public static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>What a contiguous tensor N x … holds of one frame; it must outlive the span.</summary>
    public static Span<float> Values(Tensor tensor, int frame)
    {
        var values = Values(tensor);
        var length = values.Length / (int)tensor.shape[0];
        return values.Slice(frame * length, length);
    }
}
