using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>Computes a network's passes: one folder of Backends each. One caller at a time.</summary>
internal interface IInferenceBackend : IDisposable
{
    /// <summary>Whether a pass of many inputs bounds its own memory (<see cref="InferenceNetwork.PassesAtOnce"/>); else the caller gives it no more at once than fit.</summary>
    bool BoundsMemory { get; }

    /// <summary>One pass.</summary>
    /// <param name="input">N x … as <see cref="InferenceNetwork.WritePass"/> declares it, float32.</param>
    /// <param name="team">The threads that it may use beside its own.</param>
    /// <returns>What <see cref="InferenceNetwork.WritePass"/> names, in its order; the caller disposes them.</returns>
    Tensor[] Run(Tensor input, ThreadTeam team);
}
