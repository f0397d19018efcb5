using System.Text.Json;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A variable's value as an OPC UA client read it or was told of it.</summary>
/// <param name="At">When, in nanoseconds of the system's monotonic clock.</param>
/// <param name="Tag">Its name, such as "a.Sequence".</param>
/// <param name="Status">Name of its status code, such as "Good".</param>
/// <param name="Value">The value.</param>
internal sealed record OpcUaTag(long At, string Tag, string Status, JsonElement Value);
