using static TorchSharp.torch;

namespace AnomalyLine.Inference.Networks;

/// <summary>Computes a network's passes in place of libtorch: one folder of Backends each. One caller at a time.</summary>
internal interface IInferenceBackend : IDisposable
{
    /// <summary>One pass.</summary>
    /// <param name="input">N x … as <see cref="InferenceNetwork.WritePass"/> declares it, float32 on the CPU.</param>
    /// <returns>What <see cref="InferenceNetwork.WritePass"/> names, in its order; the caller disposes them.</returns>
    Tensor[] Run(Tensor input);
}
