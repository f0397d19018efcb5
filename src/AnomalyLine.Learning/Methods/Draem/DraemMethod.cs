using AnomalyLine.Imaging;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Tensors;
using AnomalyLine.Learning.Corruption;
using AnomalyLine.Learning.Losses;
using static TorchSharp.torch;

namespace AnomalyLine.Learning.Methods.Draem;

/// <summary>
/// Zavrtanik, Kristan, Skočaj, "DRAEM: a discriminatively trained reconstruction embedding for surface anomaly detection", ICCV 2021. One network restores
/// corrupted normal frames, a second learns to see from the frame and its restoration where it was corrupted.
/// </summary>
internal sealed class DraemMethod : AnomalyMethod
{
    private const string MapName = "anomaly_map";

    private readonly DraemOptions _options;
    private readonly DraemNetwork _network;

    public DraemMethod(DraemOptions options)
        : base(options)
    {
        _options = options;
        _network = new DraemNetwork(options);
    }

    /// <inheritdoc/>
    public override nn.Module Network => _network;

    /// <summary>MSE + (1 - SSIM) of the restored frame + focal loss of where it was corrupted (eq. 2, 4).</summary>
    public override Tensor Loss(Tensor frames, Random random)
    {
        var clean = RandomTurn.Apply(frames, _options.Turned, random);
        var (corrupted, masks) = CorruptedFrames.Make(clean, random, Corrupt);
        var (restored, logits) = _network.call(corrupted);
        return nn.functional.mse_loss(restored, clean).Plus(StructuralSimilarity.Loss(clean, restored, 1)).Plus(FocalLoss.Loss(logits, masks));
    }

    /// <summary>Probability that a pixel is anomalous, 0..1, not smoothed (section 3.4).</summary>
    public override Tensor AnomalyMap(Tensor frames, InferenceContext context)
    {
        using var scope = NewDisposeScope();
        return context.Pass(frames)[0].MoveToOuterDisposeScope();
    }

    /// <summary>The frame as it is restored; by the network itself, since an engine's pass holds the map alone.</summary>
    public override Tensor Reconstruct(Tensor frames, InferenceContext context) => _network.Restore(frames);

    /// <summary>The maximum of the map after a mean filter (eq. 5).</summary>
    public override Tensor Score(Tensor map, InferenceContext context) => base.Score(MeanFilter.Apply(map, _options.Smoothing, context.Team), context);

    /// <inheritdoc/>
    public override OnnxReading WriteOnnx(OnnxGraph graph)
    {
        var (channels, (width, height)) = (_options.Channels, _options.Size);
        var (restored, logits) = _network.Write(graph, graph.Input("frames", channels, height, width));
        graph.Output("reconstruction", restored, null, channels, height, width);
        graph.Output(MapName, Anomalous(graph, logits), null, height, width);
        return new OnnxReading("anomaly_map as it is", $"the map{OnnxReading.Smoothed(_options.Smoothing)}, then its maximum");
    }

    /// <inheritdoc/>
    public override OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames) => Anomalous(graph, _network.Write(graph, frames).Logits);

    /// <inheritdoc/>
    public override OnnxValue WriteScore(OnnxGraph graph, OnnxValue map) => base.WriteScore(graph, MeanFilter.Write(graph, map, _options.Smoothing));

    /// <inheritdoc/>
    public override IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        WriteOnnx(graph);
        return [MapName];
    }

    /// <summary>The map.</summary>
    public override Tensor[] Forward(Tensor input)
    {
        var logits = _network.call(input).Logits;
        return [(logits.select(1, 1) - logits.select(1, 0)).sigmoid()];
    }

    private static OnnxValue Anomalous(OnnxGraph graph, OnnxValue logits) => graph.Add("Gather", [graph.Add("Softmax", [logits], ("axis", 1L)), graph.Index(1)], ("axis", 1L));

    /// <summary>Half of the frames stay as they are.</summary>
    private void Corrupt(Span<float> frame, ReadOnlySpan<float> other, InputSpec size, Random random, Span<float> mask)
    {
        if (random.Next(2) == 0) return;
        if (random.NextDouble() < _options.Patches) SeamlessPatch.Apply(frame, other, size, random, mask);
        else TextureBlend.Apply(frame, other, size, random, mask);
    }
}
