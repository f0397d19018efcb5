using System.Diagnostics;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>What a network judges by: the backend of its passes, and the threads of all else. One thread at a time.</summary>
/// <param name="backend">Computes the passes; it stays its owner's.</param>
/// <param name="team">Computes maps; it stays its owner's.</param>
internal sealed class InferenceContext(IInferenceBackend backend, ThreadTeam team)
{
    /// <summary>The threads of anomaly maps.</summary>
    public ThreadTeam Team => team;

    /// <inheritdoc cref="IInferenceBackend.BoundsMemory"/>
    public bool BoundsMemory => backend.BoundsMemory;

    /// <summary>What all calls of <see cref="Pass"/> and <see cref="Encode"/> have taken together so far; on a GPU, until they were queued.</summary>
    public TimeSpan PassTime { get; private set; }

    /// <summary>What <see cref="InferenceNetwork.Forward"/> gives, computed by the backend.</summary>
    public Tensor[] Pass(Tensor input)
    {
        var start = Stopwatch.GetTimestamp();
        var results = backend.Run(input, team);
        PassTime += Stopwatch.GetElapsedTime(start);
        return results;
    }

    /// <summary><see cref="InferenceNetwork.Encode"/> as a part of judging.</summary>
    public Tensor Encode(InferenceNetwork network, Tensor frames)
    {
        var start = Stopwatch.GetTimestamp();
        var encoded = network.Encode(frames, team);
        PassTime += Stopwatch.GetElapsedTime(start);
        return encoded;
    }
}
