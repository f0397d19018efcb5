namespace AnomalyLine.Inference.Backends.Card;

/// <summary>Whether this process can judge on a card, and if not, everything that is missing.</summary>
/// <param name="IsBuilt">Whether this build brings ONNX Runtime for CUDA (-p:OnnxBackend=gpu).</param>
/// <param name="Problems">What is missing, a sentence each with what to do; empty where the build has no part for a card, and where nothing is missing.</param>
/// <param name="Devices">The cards that the driver names.</param>
public sealed record CardReport(bool IsBuilt, IReadOnlyList<string> Problems, IReadOnlyList<CardDevice> Devices)
{
    /// <summary>Whether a model can be loaded there.</summary>
    public bool IsUsable => IsBuilt && Problems.Count == 0;

    /// <summary>Why not, in one line; empty where it is usable.</summary>
    public string Reason => IsUsable ? "" : IsBuilt ? string.Join(' ', Problems) : "This build has no part for a card: build with -p:OnnxBackend=gpu.";

    /// <summary>The cards in one line, such as "0: NVIDIA A10, 22.5 GiB, compute capability 8.6"; empty without a card.</summary>
    public string DevicesText => string.Join("; ", Devices.Select(device =>
        FormattableString.Invariant($"{device.Index}: {device.Name}, {device.MemoryBytes / (1024.0 * 1024 * 1024):F1} GiB, compute capability {device.ComputeCapability}")));
}
