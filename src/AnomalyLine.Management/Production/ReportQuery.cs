using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Production;

/// <summary>What a report is of.</summary>
public sealed record ReportQuery
{
    /// <summary>Most days of a report.</summary>
    public const int MaxDays = 93;

    /// <summary>Its first day, by the plant's calendar.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Its last day.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>Only shifts of this name; empty = all.</summary>
    public string Shift { get; init; } = "";

    /// <summary>Only this station; null = all.</summary>
    public string? Station { get; init; }

    /// <summary>Only parts of this product; null = all, empty = those without one.</summary>
    public string? ProductId { get; init; }

    /// <summary>What its rows are.</summary>
    public ReportGrouping Grouping { get; init; } = ReportGrouping.Shift;

    /// <summary>The first thing that is wrong, with the name of its property; null where nothing is.</summary>
    public (string Property, string Message)? Check(PlantCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (From.Year is < 2000 or > 9000) return (nameof(From), $"is the year {From.Year}; send a day from 2000 on.");
        if (Until < From) return (nameof(Until), "is before the first day; send a later one.");
        if (Until.DayNumber - From.DayNumber >= MaxDays) return (nameof(Until), $"makes {Until.DayNumber - From.DayNumber + 1} days; send at most {MaxDays}.");
        if (!Enum.IsDefined(Grouping)) return (nameof(Grouping), $"is {(int)Grouping}; send 1..4.");
        if (Shift.Length > 0 && !calendar.ShiftNames.Contains(Shift, StringComparer.Ordinal))
            return (nameof(Shift), $"is \"{Shift}\"; the plant has {string.Join(", ", calendar.ShiftNames)}.");
        return calendar.ShiftNames.Count * (Until.DayNumber - From.DayNumber + 1) > ProductionQuery.MaxSlices ? (nameof(Until), "makes too many shifts; send fewer days.") : null;
    }
}
