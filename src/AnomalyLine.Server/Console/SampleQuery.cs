using System.Globalization;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Server.Console;

/// <summary>Which samples the review shows, as its address says it; what cannot be read does not narrow it.</summary>
public sealed record SampleQuery
{
    /// <summary>Choices for <see cref="State"/>, with their words.</summary>
    public static IReadOnlyList<(string Value, string Words)> States { get; } = [("pending", "To review"), ("approved", "Approved"), ("excluded", "Excluded"), ("any", "All")];

    /// <summary>Choices for <see cref="Reason"/>, with their words.</summary>
    public static IReadOnlyList<(SampleReason Value, string Words)> Reasons { get; } =
        [(SampleReason.NotOk, "Rejected"), (SampleReason.NearThreshold, "near the limit"), (SampleReason.EveryNth, "one of many OK"), (SampleReason.Imported, "imported")];

    /// <summary>One of <see cref="States"/>; else the first.</summary>
    public string? State { get; init; }

    /// <summary>Name of a station; empty for all.</summary>
    public string? Station { get; init; }

    /// <summary>Text in the part's identity.</summary>
    public string? Part { get; init; }

    /// <summary>A kind of defect.</summary>
    public string? Kind { get; init; }

    /// <summary>A product.</summary>
    public string? Product { get; init; }

    /// <summary>A <see cref="SampleReason"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Who decided last.</summary>
    public string? By { get; init; }

    /// <summary>Captured from then on, by the page's clock, as yyyy-MM-ddTHH:mm.</summary>
    public string? From { get; init; }

    /// <summary>Captured until then, by the page's clock, as yyyy-MM-ddTHH:mm.</summary>
    public string? Until { get; init; }

    /// <summary>Least score, percent of the limit.</summary>
    public string? Least { get; init; }

    /// <summary>Largest score, percent of the limit.</summary>
    public string? Most { get; init; }

    /// <summary>The state that is shown.</summary>
    public string Shown => States.Any(state => state.Value == State) ? State! : States[0].Value;

    /// <summary>Whether one of the rarer values narrows it.</summary>
    public bool HasMore => new[] { Product, Reason, By, From, Until, Least, Most }.Any(value => !string.IsNullOrWhiteSpace(value));

    /// <summary>Whether nothing can match because it begins after its end.</summary>
    public bool IsBackwards => TimeZones.Read(From) > TimeZones.Read(Until) || Share(Least) > Share(Most);

    /// <summary>As a filter of samples.</summary>
    public SampleFilter ToFilter() => new()
    {
        Station = OrNull(Station),
        State = Shown == "any" ? null : Enum.Parse<SampleState>(Shown, ignoreCase: true),
        Part = OrNull(Part),
        Defect = OrNull(Kind),
        Product = OrNull(Product),
        Reason = Enum.TryParse<SampleReason>(Reason, out var reason) && Enum.IsDefined(reason) ? reason : null,
        ReviewedBy = OrNull(By),
        Since = TimeZones.Read(From),
        Until = TimeZones.Read(Until),
        LeastScoreRatio = Share(Least),
        MostScoreRatio = Share(Most),
    };

    /// <summary>Address of the review with another state and all else as it is.</summary>
    public string To(string state)
    {
        (string, string?)[] values =
        [
            ("state", state), ("station", Station), ("part", Part), ("kind", Kind), ("product", Product), ("reason", Reason), ("by", By), ("from", From), ("until", Until), ("least", Least), ("most", Most),
        ];
        return "samples?" + string.Join('&', values.Where(value => !string.IsNullOrEmpty(value.Item2)).Select(value => $"{value.Item1}={Uri.EscapeDataString(value.Item2!)}"));
    }

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static double? Share(string? percent) =>
        double.TryParse(percent?.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value / 100 : null;
}
