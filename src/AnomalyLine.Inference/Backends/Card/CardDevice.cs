namespace AnomalyLine.Inference.Backends.Card;

/// <summary>A card that the driver knows.</summary>
/// <param name="Index">Its number, from 0, as CUDA_VISIBLE_DEVICES leaves them.</param>
/// <param name="Name">The maker's name for it.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="ComputeCapability">What it can compute, such as 8.6.</param>
/// <param name="BusId">Where it is on the bus, by which NVIDIA's management library knows it.</param>
public sealed record CardDevice(int Index, string Name, long MemoryBytes, string ComputeCapability, string BusId);
