using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnomalyLine.Management.Gate;

/// <summary>What a model says of frames that it has not learnt from. Immutable.</summary>
/// <param name="Version">The model's version.</param>
/// <param name="Threshold">Its calibrated threshold.</param>
/// <param name="Frames">Every frame.</param>
public sealed record TrialReport(string Version, float Threshold, IReadOnlyList<TrialFrame> Frames)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>The candidate's side of a comparison.</summary>
    public static TrialReport Of(GateReport comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return new(comparison.Candidate.Version, comparison.Candidate.Threshold, [.. comparison.Frames.Select(frame => new TrialFrame(frame.Group, frame.Kind, frame.CandidateScore))]);
    }

    /// <summary>As a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static TrialReport Parse(string json) => JsonSerializer.Deserialize<TrialReport>(json, s_json) is { Frames: not null } report ? report : throw new JsonException("It is no report of a trial.");
}
