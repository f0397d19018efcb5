using AnomalyLine.Contracts.V1;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>An answer that a camera got.</summary>
/// <param name="Response">The answer.</param>
/// <param name="At">When, in ticks of the system's monotonic clock (ns), which all processes of a machine share.</param>
internal sealed record ReceivedAnswer(InspectResponse Response, long At);
