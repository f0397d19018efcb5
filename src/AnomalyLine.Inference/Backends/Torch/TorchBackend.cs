using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Backends.Torch;

/// <summary>A network's passes by libtorch: the network itself, wherever it is and in whatever type of number. libtorch has threads of its own.</summary>
/// <param name="network">It stays its owner's.</param>
internal sealed class TorchBackend(InferenceNetwork network) : IInferenceBackend
{
    /// <inheritdoc/>
    public bool BoundsMemory => true;

    /// <summary>Judges by the network itself, on the calling thread: as a training does.</summary>
    public static InferenceContext ContextOf(InferenceNetwork network) => new(new TorchBackend(network), ThreadTeam.Alone);

    /// <inheritdoc/>
    public Tensor[] Run(Tensor input, ThreadTeam team) => network.Forward(input);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
