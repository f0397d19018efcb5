namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>An inspection's event as an OPC UA client got it; At is when, in nanoseconds of the system's monotonic clock.</summary>
internal sealed record OpcUaEvent(
    long At, string Station, uint Sequence, string PartId, bool Pass, int Evaluation, float Score, float Threshold, int ReasonCode, string ModelVersion);
