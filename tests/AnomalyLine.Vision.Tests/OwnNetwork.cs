using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Tests;

/// <summary>Judging by the network itself on the calling thread, where a test is about the method and not about what computes it.</summary>
internal static class OwnNetwork
{
    public static Tensor AnomalyMap(this InferenceNetwork network, Tensor frames) => network.AnomalyMap(frames, TorchBackend.ContextOf(network));

    public static Tensor Encode(this InferenceNetwork network, Tensor frames) => network.Encode(frames, ThreadTeam.Alone);

    public static Tensor? Reconstruct(this InferenceNetwork network, Tensor frames) => network.Reconstruct(frames, TorchBackend.ContextOf(network));

    public static Tensor Score(this InferenceNetwork network, Tensor map) => network.Score(map, TorchBackend.ContextOf(network));
}
