using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Production;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Names and figures of a report in the visitor's language.</summary>
internal static class ReportText
{
    /// <summary>A day.</summary>
    public static string Day(DateOnly day) => day.ToString("d", CultureInfo.CurrentCulture);

    /// <summary>A shift's name: the plant's own, but for those that it has as long as it has set none.</summary>
    public static string Shift(string name, IStringLocalizer words) => name switch
    {
        "early" => words["early"],
        "late" => words["late"],
        "night" => words["night"],
        _ => name,
    };

    /// <summary>What a row is of.</summary>
    public static string Name(ReportRow row, IStringLocalizer words) => row switch
    {
        { Shift: { } shift } => $"{Day(shift.Day)} {Shift(shift.Name, words)}",
        { Day: { } day } => Day(day),
        { Station: { } station } => station,
        { ProductId: { Length: > 0 } product } => product,
        _ => words["no ID"],
    };

    /// <summary>A share; a dash for none.</summary>
    public static string Share(double? share) => share is { } known ? (100 * known).ToString("0.00", CultureInfo.CurrentCulture) + Figures.PercentSign : "–";

    /// <summary>Some of those that were reviewed; a dash where none was.</summary>
    public static string Of(long some, long reviewed, IStringLocalizer words) => reviewed == 0 ? "–" : words["{0} of {1}", Figures.Count(some), Figures.Count(reviewed)];

    /// <summary>Parts a minute; a dash where nothing ran.</summary>
    public static string Speed(double? partsPerMinute) => partsPerMinute is { } speed ? speed.ToString(speed < 10 ? "0.0" : "0", CultureInfo.CurrentCulture) : "–";

    /// <summary>Hours and minutes.</summary>
    public static string Hours(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00} h");

    /// <summary>Why parts have no verdict.</summary>
    public static string Reason(ReasonCode reason, IStringLocalizer words) => reason switch
    {
        ReasonCode.DeadlineExceeded => words["no result in time"],
        ReasonCode.Overloaded => words["overloaded"],
        ReasonCode.InvalidFrame => words["unusable frame"],
        ReasonCode.NoRecipe => words["no recipe"],
        ReasonCode.ModelFailed => words["model failed"],
        ReasonCode.Stopping => words["server stopping"],
        ReasonCode.Cancelled => words["withdrawn by the camera"],
        ReasonCode.StationStopped => words["station stopped"],
        ReasonCode.PartNotFound => words["part not found"],
        ReasonCode.ClipNotFull => words["frames before it missing"],
        _ => words["other"],
    };
}
