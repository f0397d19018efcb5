using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Training;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Schedules;

/// <summary>
/// The schedules, and what starts their jobs: a look once a minute. A station whose last scheduled job is not over gets no further one; a schedule ends with its station. Any thread.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="jobs">Takes their jobs.</param>
/// <param name="audit">Hears of every change.</param>
/// <param name="hasStation">Whether the line has a station of a name.</param>
/// <param name="time">Clock.</param>
public sealed class ScheduleRun(ManagementDatabase database, JobStore jobs, AuditLog audit, Func<string, bool> hasStation, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>All schedules, in order of their stations.</summary>
    public Task<Outcome<IReadOnlyList<TrainingSchedule>>> ListAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<TrainingSchedule>>(
        async (context, cancel) => await context.Set<TrainingSchedule>().OrderBy(schedule => schedule.Station).ToListAsync(cancel), cancellation);

    /// <summary>Sets a station's schedule in the place of the one before. It counts from now on.</summary>
    /// <param name="draft">The schedule.</param>
    /// <param name="caller">Who sets it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <param name="seen">What the caller saw of the one before; null where it has not looked.</param>
    /// <returns>The schedule, or <see cref="LineErrorCode.InvalidJob"/> with everything that is wrong, ScheduleChanged, ManagementFailed.</returns>
    public async Task<Outcome<TrainingSchedule>> SetAsync(TrainingSchedule draft, Caller caller, CancellationToken cancellation, SeenSchedule? seen = null)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Check().ToArray() is { Length: > 0 } wrong) return new LineError(LineErrorCode.InvalidJob, string.Join(' ', wrong.AsEnumerable()));
        return await database.ChangeAsync<TrainingSchedule>(
            async (context, cancel) =>
            {
                var old = await context.Set<TrainingSchedule>().AsNoTracking().FirstOrDefaultAsync(schedule => schedule.Station == draft.Station, cancel);
                if (seen?.IsOf(old) == false) return Changed(draft.Station, old);
                var schedule = draft with { CreatedBy = caller.User, LastTime = time.GetUtcNow(), LastJob = old?.LastJob ?? 0 };
                if (old is null) context.Add(schedule);
                else context.Update(schedule);
                await audit.AppendAsync(context, caller, "schedule.set", draft.Station, old, schedule, cancel);
                return schedule;
            },
            cancellation);
    }

    /// <summary>Ends a station's schedule, if it has one; a job that it has started goes on.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="caller">Who ends it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <param name="seen">What the caller saw of it; null where it has not looked.</param>
    /// <returns>Whether it had one, or <see cref="LineErrorCode.ScheduleChanged"/>, ManagementFailed.</returns>
    public Task<Outcome<bool>> EndAsync(string station, Caller caller, CancellationToken cancellation, SeenSchedule? seen = null) => database.ChangeAsync<bool>(
        async (context, cancel) =>
        {
            var schedule = await context.Set<TrainingSchedule>().FirstOrDefaultAsync(schedule => schedule.Station == station, cancel);
            if (seen?.IsOf(schedule) == false) return Changed(station, schedule);
            if (schedule is null) return false;
            context.Remove(schedule);
            await audit.AppendAsync(context, caller, "schedule.end", station, schedule, null, cancel);
            return true;
        },
        cancellation);

    /// <summary>Samples of a schedule's station that were approved since it started a job last, or was set.</summary>
    public Task<Outcome<int>> CountApprovedAsync(TrainingSchedule schedule, CancellationToken cancellation) => database.ReadAsync<int>(
        async (context, cancel) => await context.Set<Sample>().CountAsync(
            sample => sample.Station == schedule.Station && sample.State == SampleState.Approved && sample.ReviewTime > schedule.LastTime, cancel),
        cancellation);

    /// <summary>Looks once a minute until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do await LookAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <summary>Starts the jobs that are due, and ends the schedules of stations that are gone.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        if (!(await ListAsync(cancellation)).TryGet(out var schedules, out _)) return;
        foreach (var gone in schedules.Where(schedule => !hasStation(schedule.Station))) await EndAsync(gone.Station, Caller.Server("schedule"), cancellation);
        foreach (var schedule in schedules.Where(schedule => schedule.Enabled && hasStation(schedule.Station)))
        {
            if (schedule.LastJob > 0 && (await jobs.GetAsync(schedule.LastJob, cancellation)).TryGet(out var last, out _) && !last.IsOver) continue;
            if (!schedule.IsTime(time.GetUtcNow()) && !await IsEnoughAsync(schedule, cancellation)) continue;
            var caller = new Caller(schedule.CreatedBy, "server:schedule");
            if (!(await jobs.AddAsync(schedule.ToJob(), caller, cancellation)).TryGet(out var job, out _)) continue;
            await database.ChangeAsync<bool>(
                async (context, cancel) =>
                {
                    if (await context.Set<TrainingSchedule>().FirstOrDefaultAsync(s => s.Station == schedule.Station, cancel) is { } stored)
                        (stored.LastTime, stored.LastJob) = (job.CreationTime, job.Id);
                    return true;
                },
                cancellation);
        }
    }

    private async Task<bool> IsEnoughAsync(TrainingSchedule schedule, CancellationToken cancellation) =>
        schedule.AfterApproved is { } number && (await CountApprovedAsync(schedule, cancellation)).TryGet(out var approved, out _) && approved >= number;

    private static LineError Changed(string station, TrainingSchedule? now) => new(
        LineErrorCode.ScheduleChanged,
        now is null ? $"The schedule of station '{station}' has been ended meanwhile; nothing was changed." : $"{(now.CreatedBy.Length > 0 ? now.CreatedBy : "Somebody")} has set the schedule of station '{station}' meanwhile; nothing was changed. Look at it, and decide again.");
}
