using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnomalyLine.Management.Gate;

/// <summary>The comparison of a candidate with the active model: what the gate decided by, kept with the version. Immutable.</summary>
public sealed record GateReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether the candidate may be activated.</summary>
    public required bool Passes { get; init; }

    /// <summary>The candidate.</summary>
    public required GateModel Candidate { get; init; }

    /// <summary>The active model.</summary>
    public required GateModel Active { get; init; }

    /// <summary>SHA-256 over names and bytes of the frozen set's frames, 64 lower-case hex digits.</summary>
    public required string DataDigest { get; init; }

    /// <summary>What was compared.</summary>
    public required IReadOnlyList<GateCriterion> Criteria { get; init; }

    /// <summary>What a reader must know of the set, such as frames that were left out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What is wrong with the frames that could not be read, and were left out.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    /// <summary>When the comparison ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Every frame.</summary>
    public required IReadOnlyList<GateFrame> Frames { get; init; }

    /// <summary>Why it passes or does not, in one line.</summary>
    [JsonIgnore]
    public string Summary => Passes
        ? "The gate passes. " + string.Join(" ", Criteria.Select(c => c.Sentence))
        : "The gate does not pass. " + string.Join(" ", Criteria.Where(c => !c.Passes).Select(c => c.Sentence));

    /// <summary>Frames that the two models judge differently, by who is wrong and what they are.</summary>
    [JsonIgnore]
    public IReadOnlyList<GateDisagreement> Disagreements => GateDisagreement.Of(Frames);

    /// <summary>As a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static GateReport Parse(string json) => JsonSerializer.Deserialize<GateReport>(json, s_json) ?? throw new JsonException("The report is null.");
}
