namespace AnomalyLine.Management.Shadow;

/// <summary>A part that shadow and active model judge differently.</summary>
/// <param name="Sequence">The station's number of the inspection.</param>
/// <param name="PartId">The part's identity; may be empty.</param>
/// <param name="ActiveScore">The active model's score.</param>
/// <param name="ActiveThreshold">The threshold that it was judged by.</param>
/// <param name="ShadowScore">The shadow's score.</param>
/// <param name="Time">When it was judged (UTC).</param>
/// <param name="Picture">The frame with the shadow's anomaly map, JPEG; empty where it could not be made.</param>
public sealed record ShadowDisagreement(
    long Sequence, string PartId, float ActiveScore, float ActiveThreshold, float ShadowScore, DateTimeOffset Time, ReadOnlyMemory<byte> Picture);
