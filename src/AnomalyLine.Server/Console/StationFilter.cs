using System.Globalization;
using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>What a station's page shows, as its address says it.</summary>
/// <param name="Show">"all", "rejected" (all that are not Ok), "not-decidable" or "near" the threshold.</param>
/// <param name="Part">Text in the part's identity.</param>
/// <param name="From">By the page's clock, as yyyy-MM-ddTHH:mm.</param>
/// <param name="Until">By the page's clock, as yyyy-MM-ddTHH:mm.</param>
/// <param name="Before">Only older inspections than this sequence; null for the newest.</param>
internal sealed record StationFilter(string? Show, string? Part, string? From, string? Until, long? Before)
{
    /// <summary>Share of the threshold within which a score is near it.</summary>
    public const double Near = 0.1;

    /// <summary>Choices for <see cref="Show"/>, with their words.</summary>
    public static IReadOnlyList<(string Value, string Words)> Choices { get; } =
        [("all", "All"), ("rejected", "Not OK"), ("not-decidable", "Not decidable"), ("near", "Near the threshold")];

    /// <summary>Whether it narrows what is shown.</summary>
    public bool IsNarrow => Show is not (null or "" or "all") || !string.IsNullOrWhiteSpace(Part) || TimeZones.Read(From) is not null || TimeZones.Read(Until) is not null;

    /// <summary>Whether nothing can match because it ends before it begins.</summary>
    public bool IsBackwards => TimeZones.Read(From) > TimeZones.Read(Until);

    /// <summary>Whether what is shown grows with the line.</summary>
    public bool IsLive => Before is null && TimeZones.Read(Until) is null;

    /// <summary>As a search of the log; what cannot be read does not narrow it.</summary>
    public LogSearch Of(string station) => new()
    {
        Station = station,
        BeforeSequence = Before is > 0 ? Before.Value : long.MaxValue,
        Verdicts = Show switch
        {
            "rejected" => [Verdict.NotOk, Verdict.NotDecidable],
            "not-decidable" => [Verdict.NotDecidable],
            _ => [],
        },
        NearThreshold = Show == "near" ? Near : null,
        PartId = Part?.Trim() ?? "",
        From = TimeZones.Read(From),
        Until = TimeZones.Read(Until),
    };

    /// <summary>The same with older inspections, as the query of an address.</summary>
    public string Query(long? before)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal) { ["show"] = Show, ["part"] = Part, ["from"] = From, ["until"] = Until, ["before"] = before?.ToString(CultureInfo.InvariantCulture) };
        var text = string.Join('&', values.Where(v => !string.IsNullOrEmpty(v.Value)).Select(v => $"{v.Key}={Uri.EscapeDataString(v.Value!)}"));
        return text.Length > 0 ? "?" + text : "";
    }
}
