using System.Globalization;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Training;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Schedules in the visitor's language, and by the page's clock (<see cref="TimeZones"/>): they are kept in UTC.</summary>
internal static class ScheduleText
{
    private const int Minutes = 24 * 60, Days = 7;

    /// <summary>The days of a week, in the order of the visitor's calendar.</summary>
    public static IEnumerable<DayOfWeek> Week => Enumerable.Range(0, Days).Select(i => (DayOfWeek)(((int)CultureInfo.CurrentCulture.DateTimeFormat.FirstDayOfWeek + i) % Days));

    /// <summary>A day's short name.</summary>
    public static string Day(DayOfWeek day) => CultureInfo.CurrentCulture.DateTimeFormat.GetAbbreviatedDayName(day);

    /// <summary>Whether a day is one of those that bits name.</summary>
    public static bool Has(int weekdays, DayOfWeek day) => (weekdays & (1 << (int)day)) != 0;

    /// <summary>The time of day and the weekdays that a fixed time in UTC has by the page's clock, as its zone is at a moment.</summary>
    public static (TimeOnly Time, int Weekdays) Shown(int minuteOfDay, int weekdays, DateTimeOffset moment)
    {
        var (minute, days) = Move(minuteOfDay, weekdays, Offset(moment));
        return (new TimeOnly(minute / 60, minute % 60), days);
    }

    /// <summary>The other way: the fixed time in UTC.</summary>
    public static (int MinuteOfDay, int Weekdays) Kept(TimeOnly time, int weekdays, DateTimeOffset moment) => Move((time.Hour * 60) + time.Minute, weekdays, -Offset(moment));

    /// <summary>When it starts jobs: its fixed time, the number of approved samples, or both.</summary>
    public static string When(TrainingSchedule schedule, DateTimeOffset now, IStringLocalizer words)
    {
        var after = schedule.AfterApproved is { } number ? words["after {0} approved samples", Figures.Count(number)].Value : "";
        if (schedule.MinuteOfDay is not { } minute) return after;
        var (time, days) = Shown(minute, schedule.Weekdays, now);
        var on = days == TrainingSchedule.EveryDay ? words["every day"].Value : string.Join(' ', Week.Where(day => Has(days, day)).Select(Day));
        var at = $"{on} {time.ToString("HH:mm", CultureInfo.InvariantCulture)} {Figures.LocalZone(now)}";
        return after.Length == 0 ? at : words["{0}, or {1}", at, after];
    }

    /// <summary>What its jobs train.</summary>
    public static string What(TrainingSchedule schedule, IStringLocalizer words)
    {
        string[] parts =
        [
            schedule.Method.Length == 0 ? words["again from the active model"] : $"{schedule.Method}, {words[schedule.Preset]}",
            schedule.MaxMinutes is { } minutes ? words["at most {0} min", minutes.ToString("0.##", CultureInfo.CurrentCulture)] : "",
            schedule.BaseData.Length > 0 ? words["with the data set {0}", schedule.BaseData] : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    /// <summary>All of it in a line; "nothing" for none.</summary>
    public static string Of(TrainingSchedule? schedule, DateTimeOffset now, IStringLocalizer words) => schedule is null ? words["nothing"]
        : $"{(schedule.Enabled ? "" : $"{words["off"]} · ")}{When(schedule, now, words)} · {What(schedule, words)}";

    /// <summary>What became of its last job; empty for none.</summary>
    public static string Last(TrainingJob? job, IStringLocalizer words) => job is null ? "" : $"{words[job.State.ToString()]} {Figures.Local(job.EndTime ?? job.CreationTime)}";

    private static int Offset(DateTimeOffset moment) => (int)TimeZones.Current.GetUtcOffset(moment).TotalMinutes;

    /// <summary>A time of day that is moved by minutes may be one of the day before or after.</summary>
    internal static (int Minute, int Weekdays) Move(int minute, int weekdays, int by)
    {
        var moved = minute + by;
        var days = (int)Math.Floor(moved / (double)Minutes);
        return (moved - (days * Minutes), Enumerable.Range(0, Days).Where(day => (weekdays & (1 << day)) != 0).Sum(day => 1 << ((day + days + Days) % Days)));
    }
}
