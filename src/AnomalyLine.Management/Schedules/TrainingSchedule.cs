namespace AnomalyLine.Management.Schedules;

/// <summary>When a station's model is trained again by itself; one a station. The job it starts ends at the gate, with a candidate: nothing becomes active by itself.</summary>
public sealed record TrainingSchedule
{
    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Whether it starts jobs.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Minutes after midnight UTC, 0..1439, at which a job starts on <see cref="Weekdays"/>; null for no fixed time.</summary>
    public int? MinuteOfDay { get; init; }

    /// <summary>Days of the fixed time, a bit each, 1 for Sunday, 2 for Monday … 64 for Saturday; 127 for every day.</summary>
    public int Weekdays { get; init; } = 127;

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
    public bool IsTime(DateTimeOffset now)
    {
        if (MinuteOfDay is not { } minute) return false;
        for (var day = now.UtcDateTime.Date; day >= now.UtcDateTime.Date.AddDays(-7); day = day.AddDays(-1))
        {
            var due = new DateTimeOffset(day, TimeSpan.Zero).AddMinutes(minute);
            if (due <= now && (Weekdays & (1 << (int)day.DayOfWeek)) != 0) return due > LastTime;
        }

        return false;
    }

    /// <summary>Everything that is wrong, one sentence each; none where all is well.</summary>
    public IEnumerable<string> Check()
    {
        if (MinuteOfDay is null && AfterApproved is null) yield return "schedule: give a time of day, a number of approved samples, or both.";
        if (MinuteOfDay is < 0 or > 1439) yield return $"minute_of_day: {MinuteOfDay} is not 0..1439.";
        if (Weekdays is < 1 or > 127) yield return $"weekdays: {Weekdays} is not 1..127.";
        if (AfterApproved is < 1) yield return $"after_approved: {AfterApproved} is not at least 1.";
    }
}
