using System.Collections.Concurrent;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Training;

/// <summary>The training jobs: what was asked for and how far each is. Any thread.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Hears of every start and cancellation.</param>
/// <param name="time">Clock.</param>
public sealed class JobStore(ManagementDatabase database, AuditLog audit, TimeProvider time)
{
    private const int MostMinutes = 100_000, MostThreads = 1024;
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, TrainingJob> _live = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _saved;

    /// <summary>Done at the next change of any job.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Adds a job to the queue.</summary>
    /// <returns>The job with its number, or <see cref="LineErrorCode.InvalidJob"/> with everything that is wrong, ManagementFailed.</returns>
    public async Task<Outcome<TrainingJob>> AddAsync(TrainingJob draft, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (Check(draft).ToArray() is { Length: > 0 } faults) return new LineError(LineErrorCode.InvalidJob, string.Join(' ', faults.AsEnumerable()));
        var job = draft with { Id = 0, CreatedBy = caller.User, CreationTime = time.GetUtcNow(), State = JobState.Queued };
        var outcome = await database.ChangeAsync<TrainingJob>(
            async (context, cancel) =>
            {
                context.Add(job);
                await context.SaveChangesAsync(cancel);
                await audit.AppendAsync(context, caller, "job.start", job.Station, null, job, cancel);
                return job;
            },
            cancellation);
        Tell();
        return outcome;
    }

    /// <summary>Jobs, newest first.</summary>
    /// <param name="station">Only those of this station; null for all.</param>
    /// <param name="count">How many at most, 1..1000.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <param name="before">Only those with a smaller number.</param>
    public async Task<Outcome<IReadOnlyList<TrainingJob>>> ListAsync(string? station, int count, CancellationToken cancellation, long before = long.MaxValue)
    {
        var outcome = await database.ReadAsync<IReadOnlyList<TrainingJob>>(
            async (context, cancel) => await context.Set<TrainingJob>().Where(job => (station == null || job.Station == station) && job.Id < before)
                .OrderByDescending(job => job.Id).Take(Math.Clamp(count, 1, 1000)).ToListAsync(cancel),
            cancellation);
        return outcome.TryGet(out var jobs, out var error) ? new Outcome<IReadOnlyList<TrainingJob>>([.. jobs.Select(Latest)]) : error;
    }

    /// <summary>A job, or <see cref="LineErrorCode.JobNotFound"/>.</summary>
    public async Task<Outcome<TrainingJob>> GetAsync(long id, CancellationToken cancellation)
    {
        var outcome = await database.ReadAsync<TrainingJob>(
            async (context, cancel) => await context.Set<TrainingJob>().FirstOrDefaultAsync(job => job.Id == id, cancel) is { } job ? job : NotFound(id), cancellation);
        return outcome.TryGet(out var found, out var error) ? Latest(found) : error;
    }

    /// <summary>The oldest job that waits; null where none does.</summary>
    internal async Task<TrainingJob?> NextAsync(CancellationToken cancellation)
    {
        var outcome = await database.ReadAsync<TrainingJob?>(
            async (context, cancel) => await context.Set<TrainingJob>().Where(job => job.State == JobState.Queued).OrderBy(job => job.Id).FirstOrDefaultAsync(cancel), cancellation);
        return outcome.TryGet(out var job, out _) ? job : null;
    }

    /// <summary>Jobs that a server was at when it stopped.</summary>
    internal async Task<IReadOnlyList<TrainingJob>> InterruptedAsync(CancellationToken cancellation)
    {
        var outcome = await database.ReadAsync<IReadOnlyList<TrainingJob>>(
            async (context, cancel) => await context.Set<TrainingJob>().Where(job => job.State == JobState.Running).ToListAsync(cancel), cancellation);
        return outcome.TryGet(out var jobs, out _) ? jobs : [];
    }

    /// <summary>Writes a job as it is now.</summary>
    internal async Task SaveAsync(TrainingJob job, Caller? caller, string action, CancellationToken cancellation)
    {
        await database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                context.Update(job with { });
                if (caller is not null) await audit.AppendAsync(context, caller, action, job.Station, null, new { job.Id, job.State, job.Message, job.ModelVersion }, cancel);
                return true;
            },
            cancellation);
        if (job.IsOver) _live.TryRemove(job.Id, out _);
        else _live[job.Id] = job with { };
        Tell();
    }

    /// <summary>Tells watchers of a running job's progress; the database hears of it every few seconds.</summary>
    internal void Progress(TrainingJob job)
    {
        _live[job.Id] = job with { };
        Tell();
        if (time.GetElapsedTime(Interlocked.Read(ref _saved)) < SaveInterval) return;
        Interlocked.Exchange(ref _saved, time.GetTimestamp());
        _ = SaveAsync(job with { }, null, "", CancellationToken.None);
    }

    private TrainingJob Latest(TrainingJob stored) => !stored.IsOver && _live.TryGetValue(stored.Id, out var live) ? live : stored;

    private void Tell() => Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private static LineError NotFound(long id) => new(LineErrorCode.JobNotFound, $"There is no job {id}; use one that the list of jobs has.");

    /// <summary>All that is wrong with an order.</summary>
    public static IEnumerable<JobFault> Check(TrainingJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var method = MethodCatalog.Find(job.Method);
        var hasPreset = MethodDescriptor.PresetNames.Contains(job.Preset, StringComparer.Ordinal);
        if (job.WarmStart == (job.Method.Length > 0)) yield return new("method", JobFaultKind.MethodOrWarmStart);
        else if (!job.WarmStart && method is null) yield return new("method", JobFaultKind.Unknown, job.Method, string.Join(", ", MethodCatalog.All.Select(m => m.Name)));
        if (!hasPreset) yield return new("preset", JobFaultKind.Unknown, job.Preset, string.Join(", ", MethodDescriptor.PresetNames));
        if (job.FalseRejectRate is not (> 0 and < 1)) yield return new("false_reject_rate", JobFaultKind.NotBetween, job.FalseRejectRate, 0, 1);
        if (job.MaxMinutes is { } minutes && minutes is not (> 0 and <= MostMinutes)) yield return new("max_minutes", JobFaultKind.NotUpTo, minutes, 0, MostMinutes);
        if (job.Threads is < 0 or > MostThreads) yield return new("threads", JobFaultKind.NotWithin, job.Threads, 0, MostThreads);
        if (job.ProductId.Length > Recipe.MaxProductIdLength) yield return new("product_id", JobFaultKind.TooLong, job.ProductId.Length, Recipe.MaxProductIdLength);
        if (!job.BaseData.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) yield return new("base_data", JobFaultKind.NotAFolder, job.BaseData);
        if (job.Options is not ['{', ..])
        {
            foreach (var line in job.Options.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.IndexOf('=', StringComparison.Ordinal) < 1))
                yield return new("options", JobFaultKind.NotASetting, line);
        }

        if (method is null || !hasPreset) yield break;
        var options = JobOptions.Read(job.Options);
        foreach (var wrong in method.CheckOptions(job.Preset, options)) yield return new("options", JobFaultKind.Option, wrong);
        if (options.FirstOrDefault(option => string.Equals(option.Key, "clip", StringComparison.OrdinalIgnoreCase)).Value is { } clip && clip != "1")
            yield return new("options", JobFaultKind.ClipOfSamples, clip);
    }
}
