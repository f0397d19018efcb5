namespace AnomalyLine.Management.Production;

/// <summary>The plant that the server stands in: its name, its clock and its shifts. Section "AnomalyLine:Plant"; read once at start.</summary>
public sealed class PlantOptions
{
    /// <summary>What reports call it, at most 128 characters. Default none.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its time zone, such as "Europe/Berlin" (IANA). Default none: that of the server's machine.</summary>
    public string TimeZone { get; set; } = "";

    /// <summary>
    /// When shifts begin by the plant's clock, and what they are called, in order of the day and with commas between: 1 to 12 of them, at quarters of an hour. Each ends where the next one begins, and belongs to the day
    /// on which it begins. Default "06:00 early, 14:00 late, 22:00 night".
    /// </summary>
    public string Shifts { get; set; } = "06:00 early, 14:00 late, 22:00 night";

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Name.Length > 128 || Name.Any(char.IsControl)) errors.Add($"{nameof(Name)} has {Name.Length} characters, or control characters; use at most 128 without.");
        if (FindZone() is null) errors.Add($"{nameof(TimeZone)} is \"{TimeZone}\", which this machine does not know; use a name such as Europe/Berlin (install tzdata where it knows none), or leave it empty for the machine's own.");
        ShiftStart.Read(Shifts, out var wrong);
        errors.AddRange(wrong.Select(error => $"{nameof(Shifts)} {error}"));
        return errors;
    }

    /// <summary>The zone; null if the machine knows none of that name.</summary>
    internal TimeZoneInfo? FindZone() => TimeZone.Length == 0 ? TimeZoneInfo.Local : TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : null;
}
