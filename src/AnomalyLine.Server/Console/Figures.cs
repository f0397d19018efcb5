using System.Globalization;
using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>Numbers and times as the console writes them in the visitor's language.</summary>
internal static class Figures
{
    /// <summary>A score or threshold, four digits.</summary>
    public static string Score(float score) => score.ToString("G4", CultureInfo.CurrentCulture);

    /// <summary>A score, or a dash where the model gave none.</summary>
    public static string Score(InspectionRecord record) => HasScore(record) ? Score(record.Score) : "–";

    /// <summary>Whether the model judged the frame.</summary>
    public static bool HasScore(InspectionRecord record) => record.Verdict is Verdict.Ok or Verdict.NotOk;

    /// <summary>A count with thousands set apart.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>A share, as a percentage with up to two digits after the point.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.CurrentCulture) + PercentSign;

    /// <summary>A part of a whole, as a percentage; a dash where there is no whole.</summary>
    public static string Share(long part, long all) => all == 0 ? "–" : ((double)part / all).ToString("0.0%", CultureInfo.CurrentCulture);

    /// <summary>A shift of a threshold, as a percentage with its sign.</summary>
    public static string Shift(float sensitivity) => (100 * sensitivity).ToString("+0.#;−0.#;0", CultureInfo.CurrentCulture) + PercentSign;

    /// <summary>Bytes, in MiB.</summary>
    public static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.CurrentCulture) + " MiB";

    /// <summary>Milliseconds.</summary>
    public static string Ms(double milliseconds) => milliseconds.ToString(milliseconds < 10 ? "0.0" : "0", CultureInfo.CurrentCulture);

    /// <summary>Time of day by the page's clock (<see cref="TimeZones"/>).</summary>
    public static string Clock(DateTimeOffset time) => Shown(time).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Time of day by the page's clock, with its zone.</summary>
    public static string LocalClock(DateTimeOffset time) => $"{Clock(time)} {LocalZone(time)}";

    /// <summary>Day by the page's clock.</summary>
    public static string Date(DateTimeOffset time) => Shown(time).ToString("d", CultureInfo.CurrentCulture);

    /// <summary>Day and time by the page's clock, to the minute, with its zone.</summary>
    public static string Local(DateTimeOffset time) => $"{Date(time)} {Shown(time).ToString("HH:mm", CultureInfo.InvariantCulture)} {LocalZone(time)}";

    /// <summary>Day and time by the page's clock, to the second, with its zone.</summary>
    public static string LocalSecond(DateTimeOffset time) => $"{Date(time)} {LocalClock(time)}";

    /// <summary>The zone of the page's clock at a time: "UTC+1".</summary>
    public static string LocalZone(DateTimeOffset time) => Zone(Shown(time).Offset);

    /// <summary>What follows a percentage: the sign, set apart from the number where the language has it so (pattern 0 is "n %", 1 is "n%").</summary>
    public static string PercentSign => CultureInfo.CurrentCulture.NumberFormat.PercentPositivePattern == 0 ? " %" : "%";

    private static DateTimeOffset Shown(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, TimeZones.Current);

    private static string Zone(TimeSpan offset) => offset == TimeSpan.Zero ? "UTC"
        : $"UTC{(offset < TimeSpan.Zero ? "−" : "+")}{offset.Duration().ToString(offset.Minutes == 0 ? "%h" : @"h\:mm", CultureInfo.InvariantCulture)}";

    /// <summary>Day and time, UTC, to the millisecond.</summary>
    public static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("d", CultureInfo.CurrentCulture) + time.UtcDateTime.ToString(" HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A time that has passed, in its largest unit.</summary>
    public static string Age(TimeSpan age) => age.TotalSeconds < 100 ? $"{age.TotalSeconds:0} s" : age.TotalMinutes < 100 ? $"{age.TotalMinutes:0} min" : $"{age.TotalHours:0} h";

    /// <summary>A coordinate of a drawing.</summary>
    public static string Point(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
