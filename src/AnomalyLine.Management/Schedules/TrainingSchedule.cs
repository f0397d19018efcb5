using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Schedules;

/// <summary>When a station's model is trained again by itself; one a station. The job it starts ends at the gate, with a candidate: nothing becomes active by itself.</summary>
public sealed record TrainingSchedule
{
    /// <summary>The <see cref="Weekdays"/> of every day.</summary>
    public const int EveryDay = 127;

    private const int LastMinute = (24 * 60) - 1, DaysOfWeek = 7;

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Whether it starts jobs.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Minutes after midnight UTC, 0..1439, at which a job starts on <see cref="Weekdays"/>; null for no fixed time.</summary>
    public int? MinuteOfDay { get; init; }

    /// <summary>Days of the fixed time, a bit each, 1 for Sunday, 2 for Monday … 64 for Saturday; 127 for every day.</summary>
    public int Weekdays { get; init; } = EveryDay;

    /// <summary>Approved samples since the last scheduled job after which a job starts, at least 1; null for no such number.</summary>
    public int? AfterApproved { get; init; }

    /// <summary>Name of the method; empty for a warm start from the active model.</summary>
    public string Method { get; init; } = "";

    /// <summary>"paper", "balanced" or "fast".</summary>
    public string Preset { get; init; } = "balanced";

    /// <summary>A data set that is used beside the samples; empty for none.</summary>
    public string BaseData { get; init; } = "";

    /// <summary>Time for the training steps in minutes; null for no limit.</summary>
    public double? MaxMinutes { get; init; }

    /// <summary>Who set it; empty where nobody said.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it started a job last, or was set.</summary>
    public DateTimeOffset LastTime { get; set; }

    /// <summary>The job that it started last; 0 for none.</summary>
    public long LastJob { get; set; }

    /// <summary>Whether its fixed time has come since it started a job last: a time at which the server was down is made up for once.</summary>
    public bool IsTime(DateTimeOffset now) => Times(now, -1).Where(time => time <= now).Select(time => time > LastTime).FirstOrDefault();

    /// <summary>Its next fixed time; null without one, and while it starts no jobs.</summary>
    public DateTimeOffset? NextTime(DateTimeOffset now) => Enabled ? Times(now, 1).Where(time => time > now).Select(time => (DateTimeOffset?)time).FirstOrDefault() : null;

    /// <summary>Whether it asks for the same as another one: who set it, and what it has started, apart.</summary>
    public bool IsAs(TrainingSchedule? other) => other is not null && Settings(this) == Settings(other);

    /// <summary>Everything that is wrong; nothing where all is well.</summary>
    public IEnumerable<JobFault> Check()
    {
        if (MinuteOfDay is null && AfterApproved is null) yield return new("schedule", JobFaultKind.NothingToWaitFor);
        if (MinuteOfDay is < 0 or > LastMinute) yield return new("minute_of_day", JobFaultKind.NotWithin, MinuteOfDay, 0, LastMinute);
        if (Weekdays is < 1 or > EveryDay) yield return new("weekdays", JobFaultKind.NotWithin, Weekdays, 1, EveryDay);
        if (AfterApproved is < 1) yield return new("after_approved", JobFaultKind.TooSmall, AfterApproved, 1);
        foreach (var fault in JobStore.Check(ToJob())) yield return fault;
    }

    /// <summary>The job that it starts.</summary>
    internal TrainingJob ToJob() => new()
    {
        Station = Station,
        Method = Method,
        WarmStart = Method.Length == 0,
        Preset = Preset,
        BaseData = BaseData,
        MaxMinutes = MaxMinutes,
    };

    private static TrainingSchedule Settings(TrainingSchedule schedule) => schedule with { CreatedBy = "", LastTime = default, LastJob = 0 };

    /// <summary>Its fixed times of the days around a moment, in the order of the days from that day on, forwards or backwards.</summary>
    private IEnumerable<DateTimeOffset> Times(DateTimeOffset moment, int direction)
    {
        if (MinuteOfDay is not { } minute) yield break;
        for (var i = 0; i <= DaysOfWeek; i++)
        {
            var day = moment.UtcDateTime.Date.AddDays(i * direction);
            if ((Weekdays & (1 << (int)day.DayOfWeek)) != 0) yield return new DateTimeOffset(day, TimeSpan.Zero).AddMinutes(minute);
        }
    }
}
