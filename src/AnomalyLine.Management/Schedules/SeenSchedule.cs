namespace AnomalyLine.Management.Schedules;

/// <summary>What somebody saw of a station's schedule before they changed it, so that nobody undoes unseen what another has set meanwhile.</summary>
/// <param name="Schedule">The schedule; null where there was none.</param>
public sealed record SeenSchedule(TrainingSchedule? Schedule)
{
    /// <summary>Whether it is still as it was seen.</summary>
    internal bool IsOf(TrainingSchedule? now) => now is null ? Schedule is null : now.IsAs(Schedule);
}
