using System.Globalization;
using AnomalyLine.Management.Production;

namespace AnomalyLine.Server.Console;

/// <summary>What the page of the report shows, as its address says it.</summary>
/// <param name="From">First day, as 2026-11-30; null or wrong = six days before the last one.</param>
/// <param name="Until">Last day; null or wrong = the plant's current day.</param>
/// <param name="Shift">Name of a shift; empty = all.</param>
/// <param name="Station">Name of a station; empty = all.</param>
/// <param name="Product">"=" and the product; empty = all.</param>
/// <param name="By">One of <see cref="Groupings"/>.</param>
internal sealed record ReportFilter(string? From, string? Until, string? Shift, string? Station, string? Product, string? By)
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>What rows can be: the value in the address, and the words.</summary>
    public static IReadOnlyList<(ReportGrouping Grouping, string Value, string Words)> Groupings { get; } =
    [
        (ReportGrouping.Shift, "shift", "Shift"), (ReportGrouping.Day, "day", "Day"), (ReportGrouping.Station, "station", "Station"), (ReportGrouping.Product, "product", "Product"),
    ];

    /// <summary>The report's query; it may be wrong as to its days.</summary>
    public ReportQuery ToQuery(PlantCalendar calendar, DateTimeOffset now)
    {
        var until = ToDay(Until) ?? calendar.DayOf(now);
        return new ReportQuery
        {
            From = ToDay(From) ?? until.AddDays(-6),
            Until = until,
            Shift = calendar.ShiftNames.Contains(Shift ?? "", StringComparer.Ordinal) ? Shift! : "",
            Station = string.IsNullOrEmpty(Station) ? null : Station,
            ProductId = Product is ['=', .. var product] ? product : null,
            Grouping = Groupings.FirstOrDefault(grouping => grouping.Value == By, Groupings[0]).Grouping,
        };
    }

    /// <summary>A day as the address has it.</summary>
    public static string ToText(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly? ToDay(string? text) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and <= 9000 ? day : null;
}
