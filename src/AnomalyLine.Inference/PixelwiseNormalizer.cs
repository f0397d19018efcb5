using System.Numerics;
using AnomalyLine.Imaging;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Inference.Threading;
using static AnomalyLine.Inference.Tensors.Scalars;
using static TorchSharp.torch;

namespace AnomalyLine.Inference;

/// <summary>Mean and deviation of the anomaly map at each place over normal frames, and maps measured against them.</summary>
internal sealed class PixelwiseNormalizer : IDisposable
{
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    private PixelwiseNormalizer(Tensor mean, Tensor deviation)
    {
        _mean = mean.DetachFromDisposeScope();
        _deviation = deviation.DetachFromDisposeScope();
    }

    /// <summary>Over the training frames, which leaves the held-out ones to calibration.</summary>
    /// <param name="network">In evaluation mode.</param>
    /// <param name="batches">The frames once, N x C x H x W in [0, 1] on the network's device; each is disposed when the next is asked for.</param>
    /// <param name="device">Where the network is.</param>
    public static PixelwiseNormalizer Of(InferenceNetwork network, IEnumerable<Tensor> batches, Device device)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var context = TorchBackend.ContextOf(network);
        var (size, count) = (network.Input, 0L);
        var (sum, squares) = (zeros(size.Height, size.Width, ScalarType.Float64, device), zeros(size.Height, size.Width, ScalarType.Float64, device));
        foreach (var batch in batches)
        {
            using var step = NewDisposeScope();
            count += batch.shape[0];
            var map = network.AnomalyMap(batch, context).to(ScalarType.Float64);
            sum.add_(map.sum([0]), S(1));
            squares.add_((map * map).sum([0]), S(1));
        }

        var mean = sum / S(count);
        var deviation = ((squares / S(count)) - (mean * mean)).clamp_min(S(0)).sqrt();

        // A place that hardly varies on these frames may vary on the next: no deviation counts for less than the average one.
        return new PixelwiseNormalizer(mean.to(ScalarType.Float32), deviation.Plus(deviation.mean()).Plus(1e-12).to(ScalarType.Float32));
    }

    /// <summary>From a file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are damaged or of another size.</exception>
    public static PixelwiseNormalizer Read(ReadOnlySpan<byte> file, InputSpec size, Device device)
    {
        using var scope = NewDisposeScope();
        var state = new Dictionary<string, Tensor> { ["mean"] = empty(size.Height, size.Width), ["deviation"] = empty(size.Height, size.Width) };
        SafeTensors.Read(state, file);
        return new PixelwiseNormalizer(state["mean"].to(device), state["deviation"].to(device));
    }

    /// <summary>As a file's bytes.</summary>
    public byte[] Write() => SafeTensors.Write(new Dictionary<string, Tensor> { ["mean"] = _mean, ["deviation"] = _deviation });

    /// <summary>As two results of a graph that do not depend on its frames: normal_mean and normal_deviation, H x W.</summary>
    public void Write(OnnxGraph graph)
    {
        graph.Output("normal_mean", graph.Constant(_mean), _mean.shape[0], _mean.shape[1]);
        graph.Output("normal_deviation", graph.Constant(_deviation), _deviation.shape[0], _deviation.shape[1]);
    }

    /// <summary><see cref="Measure(Tensor, ThreadTeam)"/> in a graph.</summary>
    public OnnxValue WriteMeasure(OnnxGraph graph, OnnxValue map) => graph.Add("Relu", [graph.Add("Div", [graph.Add("Sub", [map, graph.Constant(_mean)]), graph.Constant(_deviation)])]);

    /// <summary>Deviations above the mean, at least 0: N x H x W.</summary>
    public Tensor Measure(Tensor map, ThreadTeam team) => CpuMapKernels.CanUse(map) ? Walk(map, team) : Divide(map);

    /// <summary>With tensor operations, wherever they are.</summary>
    internal Tensor Divide(Tensor map) => ((map - _mean) / _deviation).clamp_min(S(0));

    private Tensor Walk(Tensor map, ThreadTeam team)
    {
        using var source = map.contiguous();
        var result = empty_like(source);
        team.ForEach(
            (int)source.shape[0],
            frame => Measure(CpuMapKernels.Values(source, frame), CpuMapKernels.Values(result, frame), CpuMapKernels.Values(_mean), CpuMapKernels.Values(_deviation)));
        return result;
    }

    private static void Measure(ReadOnlySpan<float> values, Span<float> target, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        var at = 0;
        for (; at <= mean.Length - Vector<float>.Count; at += Vector<float>.Count)
        {
            var above = (new Vector<float>(values[at..]) - new Vector<float>(mean[at..])) / new Vector<float>(deviation[at..]);
            Vector.Max(above, Vector<float>.Zero).CopyTo(target[at..]);
        }

        for (; at < mean.Length; at++) target[at] = MathF.Max((values[at] - mean[at]) / deviation[at], 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _deviation.Dispose();
    }
}
