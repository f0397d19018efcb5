using AnomalyLine.Imaging;
using AnomalyLine.Inference.Maps;
using AnomalyLine.Inference.Onnx;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>
/// What a method judges with: a trained network, and how it says where a frame is anomalous. One thread at a time. Frames come in as N x C x H x W in [0, 1] with the size and channels of
/// <see cref="Input"/>, the frames of a clip one behind the other along C; each result depends on its own frame only, so a batch gives what its frames give one by one.
/// </summary>
/// <param name="input">What frames are prepared to.</param>
/// <param name="normalises">Whether its maps are measured against what each place does on normal frames.</param>
/// <param name="passesAtOnce">See <see cref="PassesAtOnce"/>.</param>
internal abstract class InferenceNetwork(InputSpec input, bool normalises, int passesAtOnce = 1) : IDisposable
{
    /// <summary>What frames are prepared to.</summary>
    public InputSpec Input => input;

    /// <summary>Whether its maps are measured against what each place does on normal frames.</summary>
    public bool Normalises => normalises;

    /// <summary>All that is saved: parameters and buffers.</summary>
    public abstract nn.Module Network { get; }

    /// <summary>How anomalous each place is: N x H x W, at least 0, higher is more anomalous, smoothed. Called in evaluation mode without gradients.</summary>
    /// <param name="frames">N x C x H x W.</param>
    /// <param name="context">What it judges by.</param>
    public abstract Tensor AnomalyMap(Tensor frames, InferenceContext context);

    /// <summary>As <see cref="AnomalyMap"/>, of what <see cref="Encode"/> made of frames.</summary>
    public virtual Tensor MapOfEncoded(Tensor encoded, InferenceContext context) => AnomalyMap(encoded, context);

    /// <summary>
    /// What the network makes of frames: N x C x H x W, normals in about [0, 1]; of a clip only the frame that is judged. A method that hides places gives each place as it was
    /// filled in without being seen, the mean where several passes hid it. Called in evaluation mode without gradients. For people to look at: the map need not be computed from it.
    /// Null where the method rebuilds no picture.
    /// </summary>
    public abstract Tensor? Reconstruct(Tensor frames, InferenceContext context);

    /// <summary>One number a frame from its map: the maximum. N.</summary>
    public virtual Tensor Score(Tensor map, InferenceContext context) => CpuMapKernels.CanUse(map) ? CpuMapKernels.Highest(map) : map.flatten(1).amax([1]);

    /// <summary>
    /// Masked copies of frames, or windows of them, that go through the network at once when judging: bounds memory, changes no result, and 1 is the papers' loop. Without effect on
    /// methods of one pass.
    /// </summary>
    public int PassesAtOnce { get; set; } = passesAtOnce;

    /// <summary>Whether the network's batch grows with the frames by a fixed number of passes each; else batches of few sizes, as a GPU wants them, cannot be had by filling up.</summary>
    public virtual bool BatchesFrames => true;

    /// <summary>Writes the pass that <see cref="Forward"/> computes into a graph, for an engine to run it: an input "frames".</summary>
    /// <returns>Names of the outputs that are <see cref="Forward"/>'s results, in their order.</returns>
    public virtual IReadOnlyList<string> WritePass(OnnxGraph graph)
    {
        WriteOnnx(graph);
        return graph.Outputs;
    }

    /// <summary>
    /// Writes the network's pass over frames into a graph: an input "frames" and the outputs that the map is computed from. Those that can be exported override it.
    /// </summary>
    /// <returns>How map and score are computed from them.</returns>
    public virtual OnnxReading WriteOnnx(OnnxGraph graph) => throw new NotSupportedException($"{GetType().Name} does not judge by a single pass that a graph could hold.");

    /// <summary>Writes <see cref="AnomalyMap"/> into a graph, for an engine that computes everything where its memory is.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="frames">N x C x H x W.</param>
    /// <returns>The map, N x H x W; null, before anything is written, where it has no form in a graph.</returns>
    public virtual OnnxValue? WriteMap(OnnxGraph graph, OnnxValue frames) => null;

    /// <summary>Writes <see cref="Score"/> into a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="map">N x H x W.</param>
    /// <returns>N.</returns>
    public virtual OnnxValue WriteScore(OnnxGraph graph, OnnxValue map) => graph.Add("ReduceMax", [map], ("axes", new long[] { 1, 2 }), ("keepdims", 0L));

    /// <summary>The network's pass as judging makes it, N x … in, N x … out: the reconstruction, unless a method says otherwise. Each result depends on its own input only.</summary>
    public virtual Tensor[] Forward(Tensor input) => [((nn.Module<Tensor, Tensor>)Network).call(input)];

    /// <summary>
    /// Frames, N x C x H x W in [0, 1], as the method learns from them and judges them: N x ... What there is in them that does not depend on what was learnt. The default takes them as
    /// they are.
    /// </summary>
    /// <param name="frames">The frames.</param>
    /// <param name="team">Threads that it may use.</param>
    public virtual Tensor Encode(Tensor frames, ThreadTeam team) => frames.alias();

    /// <inheritdoc/>
    public virtual void Dispose() => Network.Dispose();
}
