namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A frame that a camera wrote to its stream.</summary>
internal sealed record SentFrame(ulong RequestId, string PartId);
