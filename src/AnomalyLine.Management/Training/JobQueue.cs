using System.Text.Json;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Training;

/// <summary>
/// Does the training jobs, one at a time, each in a process of its own at the lowest priority. A job that was under way when the server stopped goes on from its checkpoint, at
/// most <see cref="MostAttempts"/> times; then it is Failed. A job ends before it takes the space that stays for the inspection log.
/// </summary>
public sealed partial class JobQueue(
    JobStore jobs, JobInput input, ModelStore models, ModelRegistry registry, SampleStore samples, JobLine line, string dataFolder, long reservedBytes,
    TimeProvider time, ILogger<JobQueue> logger, TrainerCommand? trainer = null)
{
    /// <summary>How often a trainer is started for a job whose server stopped.</summary>
    public const int MostAttempts = 3;

    private const string WorkFile = "work.json";

    private readonly TrainerCommand _trainer = trainer ?? TrainerProcess.Job;
    private readonly Lock _gate = new();
    private CancellationTokenSource? _running;
    private long _runningJob;
    private long _readingJob;
    private Caller? _canceller;
    private volatile string? _fullDisk;

    /// <summary>A job's folder.</summary>
    public JobFolder FolderOf(long job) => new(dataFolder, job);

    /// <summary>What a version said of frames that it has not learnt from: its side of the comparison, or its trial; null if there is neither, or it cannot be read.</summary>
    public async Task<TrialReport?> ReadTrialAsync(ModelVersion version, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(version);
        try
        {
            if (FindGate(version) is { } compared) return TrialReport.Of(GateReport.Parse(await File.ReadAllTextAsync(compared.Gate, cancellation)));
            var path = version.JobId > 0 ? FolderOf(version.JobId).Trial : "";
            return File.Exists(path) ? TrialReport.Parse(await File.ReadAllTextAsync(path, cancellation)) : null;
        }
        catch (Exception failure) when (failure is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The comparison that the gate decided a version by; null if there is none.</summary>
    public JobFolder? FindGate(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Gate is { JobId: > 0 } gate && FolderOf(gate.JobId) is var folder && File.Exists(folder.Gate) && File.Exists(folder.GatePage)
            ? folder : null;
    }

    /// <summary>The job that runs and reads a model's file; null for none.</summary>
    internal long? FindReader(string version)
    {
        long job;
        lock (_gate) job = _readingJob;
        var work = Path.Combine(FolderOf(job).Path, WorkFile);
        return job > 0 && File.Exists(work) && File.ReadAllText(work).Contains($"{version}.alm\"", StringComparison.Ordinal) ? job : null;
    }

    /// <summary>Does jobs until it is stopped. A job that runs then is gone on with at the next start.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        foreach (var job in await jobs.InterruptedAsync(stopping))
        {
            var isOver = job.Attempts >= MostAttempts;
            job.State = isOver ? JobState.Failed : JobState.Queued;
            job.Message = isOver ? $"The server stopped {job.Attempts} times while it ran; start it again." : "The server stopped while it ran; it goes on from its checkpoint.";
            if (isOver) job.EndTime = time.GetUtcNow();
            await jobs.SaveAsync(job, Caller.Server("trainer"), "job.end", stopping);
        }

        while (!stopping.IsCancellationRequested)
        {
            var changed = jobs.Changed;
            if (await jobs.NextAsync(stopping) is { } next) await DoAsync(next, stopping);
            else await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(30), time, stopping));
        }
    }

    /// <summary>Cancels a job that waits or runs. One that is over stays as it is.</summary>
    /// <returns>The job, or <see cref="LineErrorCode.JobNotFound"/>, ManagementFailed.</returns>
    public async Task<Outcome<TrainingJob>> CancelAsync(long id, Caller caller, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_runningJob == id && _running is not null)
            {
                _canceller = caller;
                _running.Cancel();
            }
        }

        while (true)
        {
            var changed = jobs.Changed;
            if (!(await jobs.GetAsync(id, cancellation)).TryGet(out var job, out var error)) return error;
            if (job.IsOver) return job;
            if (job.State == JobState.Queued)
            {
                await EndAsync(job, JobState.Cancelled, "Cancelled before it began.", caller);
                return job;
            }

            // The trainer is being ended; the queue says when it is.
            await changed.WaitAsync(cancellation);
        }
    }

    private async Task DoAsync(TrainingJob job, CancellationToken stopping)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lock (_gate) (_running, _runningJob, _readingJob, _canceller, _fullDisk) = (cancel, job.Id, job.Id, null, null);
        try
        {
            await TrainAsync(job, cancel);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It stays Running in the database: the next start goes on with it.
        }
        catch (OperationCanceledException) when (_fullDisk is { } reason)
        {
            await EndAsync(job, JobState.Failed, reason, null);
            Clear(job);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(job, JobState.Cancelled, "Cancelled.", _canceller);
            Clear(job);
        }
        catch (Exception e)
        {
            // A bulkhead: whatever goes wrong in a job, a damaged comparison included, ends that job and nothing else.
            Ended(logger, job.Id, e.Message);
            await EndAsync(job, JobState.Failed, e.Message, null);
        }
        finally
        {
            lock (_gate) (_running, _runningJob, _readingJob) = (null, 0, 0);
        }
    }

    private async Task TrainAsync(TrainingJob job, CancellationTokenSource end)
    {
        var (folder, cancel) = (FolderOf(job.Id), end.Token);
        (job.State, job.StartTime, job.Done, job.Message) = (JobState.Running, time.GetUtcNow(), 0, "collecting the frames");
        job.Attempts++;
        await jobs.SaveAsync(job, null, "", cancel);
        if (FullDisk(folder) is { } full) throw new TrainingFailedException(full);
        var stations = StationsOf(job);
        var work = await PrepareAsync(job, stations, folder, cancel);
        var file = Path.Combine(folder.Path, WorkFile);
        await File.WriteAllBytesAsync(file, work.ToJson(), cancel);
        Started(logger, job.Id, job.Station, work.Training!.Method);
        await TrainerProcess.RunAsync(
            _trainer(file, job.Threads),
            line =>
            {
                folder.Write($"{time.GetUtcNow():O} {line.ToJson()}");
                (job.Epoch, job.Epochs, job.Loss) = (line.Epoch ?? job.Epoch, line.Epochs ?? job.Epochs, line.Loss ?? job.Loss);
                (job.Done, job.LeftSeconds, job.Message) = (Math.Max(job.Done, line.DoneOfJob), line.LeftSeconds ?? 0, $"{line.Phase}: {line.Message}");
                jobs.Progress(job);
                if ((_fullDisk ??= FullDisk(folder)) is not null) end.Cancel();
            },
            cancel, line => folder.Write($"{time.GetUtcNow():O} {line}"));

        // Its models may go before anybody is told that the job is over.
        lock (_gate) _readingJob = 0;
        var doubts = await KeepDoubtsAsync(job, stations, folder, cancel);
        await KeepAsync(job, stations, folder, work.Gate is not null, doubts, cancel);
    }

    /// <summary>The job's station first, then the others that have a recipe for its product.</summary>
    private IReadOnlyList<string> StationsOf(TrainingJob job) =>
        job.ProductId.Length == 0 ? [job.Station] : [job.Station, .. line.StationsOf(job.ProductId).Where(station => station != job.Station)];

    private string? FullDisk(JobFolder folder) => folder.FreeBytes is var free && free >= reservedBytes ? null
        : $"{folder.Path}: {free >> 20} MiB are free, of which {reservedBytes >> 20} MiB stay for the inspection log (AnomalyLine:Management:ReservedDiskBytes); free the disk and start the job again.";

    private async Task<JobWork> PrepareAsync(TrainingJob job, IReadOnlyList<string> stations, JobFolder folder, CancellationToken cancel)
    {
        if (!(await input.ReadAsync(stations, job.ProductId, job.ApprovedSince, cancel)).TryGet(out var samples,
            out var error)) throw new TrainingFailedException(error.Message);
        var baseData = job.BaseData.Length == 0 ? null : Path.Combine(Path.GetFullPath(dataFolder), "datasets", job.BaseData);
        var (trained, frozen) = folder.Collect(
            samples.Where(sample => sample.Label == SampleLabel.Normal).Select(sample => (input.PathOf(sample), sample.Sha256)),
            samples.Where(sample => sample.Label != SampleLabel.Normal).Select(sample => (input.PathOf(sample), sample.Sha256, sample.Defect)), baseData);
        folder.Write($"{time.GetUtcNow():O} {trained} normals to train on, {frozen} in the frozen set, {samples.Count} approved samples");
        if (trained == 0) throw new TrainingFailedException($"Station '{string.Join("', '", stations)}' has no approved normal to train on; approve samples, or name a base set.");
        var recipe = line.ActiveRecipe(job.Station, job.ProductId);
        var active = recipe is null || models.Find(recipe.ModelVersion) is null ? null : models.GetPath(recipe.ModelVersion);
        if (job.WarmStart && active is null) throw new TrainingFailedException($"Station '{job.Station}' has no active model to start from; train with a method.");
        var training = new TrainingRequest
        {
            Method = job.WarmStart ? ModelFile.ReadManifest(active!).Manifest.Method : job.Method,
            Preset = job.Preset,
            From = job.WarmStart ? active : null,
            DataFolder = folder.Data,
            Output = folder.Model,
            Options = JobOptions.Read(job.Options),
            Area = AreaOf(recipe),
            Seed = job.Seed,
            FalseRejectRate = job.FalseRejectRate,
            MaxTime = job.MaxMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            Resume = true,
        };
        var gate = active is null ? null : new GateRequest
        {
            Candidate = folder.Model,
            Active = active,
            ActiveThreshold = recipe!.JudgedThreshold,
            Area = recipe.Area,
            DataFolder = folder.Data,
            Output = folder.Path,
        };
        return new JobWork(training, gate)
        {
            LeaveOut = new LeaveOutRequest(folder.Normals, folder.Doubts),
            Trial = gate is null ? new TrialRequest { Model = folder.Model, DataFolder = folder.Data, Area = recipe?.Area, Output = folder.Trial } : null,
        };
    }

    /// <summary>What the station judges of its frames, so that the next model learns from just that.</summary>
    private InspectionArea? AreaOf(Recipe? recipe)
    {
        var learnt = recipe is null ? null : models.Find(recipe.ModelVersion)?.Manifest.Input.Area;
        return recipe?.Area?.Over(learnt) ?? learnt;
    }

    /// <summary>Marks the samples that the leave-out pass doubts; what it says for the job's message.</summary>
    private async Task<string> KeepDoubtsAsync(TrainingJob job, IReadOnlyList<string> stations, JobFolder folder, CancellationToken cancel)
    {
        if (LeaveOutReport.Read(folder.Doubts) is not { } report) return "";
        foreach (var said in report.Lines()) folder.Write($"{time.GetUtcNow():O} {said}");
        var marked = 0;
        foreach (var station in stations) marked += (await samples.SuspectAsync(station, report.Reasons, cancel)).TryGet(out var count, out _) ? count : 0;
        if (report.Reasons.Count == 0) return "";
        Doubted(logger, job.Id, report.Reasons.Count);
        return $" WARNING: {report.Reasons.Count} of its {report.Checked} normals look as if they were none ({marked} samples are marked); look at them before you activate it.";
    }

    /// <summary>The model into the store, as a candidate with what the gate said.</summary>
    private async Task KeepAsync(TrainingJob job, IReadOnlyList<string> stations, JobFolder folder, bool isCompared, string doubts, CancellationToken cancel)
    {
        StoredModel model;
        await using (var file = File.OpenRead(folder.Model)) model = await models.AddAsync(file, cancel, isOwn: true);
        var report = isCompared ? GateReport.Parse(await File.ReadAllTextAsync(folder.Gate, cancel)) : null;
        var gate = report is null ? null
            : new GateOutcome { Against = report.Active.Version, Passes = report.Passes, Summary = report.Summary, DataDigest = report.DataDigest };
        ModelVersion? version = null;
        foreach (var station in stations)
        {
            if (!(await registry.RegisterAsync(station, job.ProductId, model, job.Id, gate, new Caller(job.CreatedBy, "server:trainer"),
                cancel)).TryGet(out var added, out var error))
                throw new TrainingFailedException(error.Message);
            version ??= added;
        }

        (job.ModelVersion, job.Done, job.LeftSeconds) = (model.Version, 1, 0);
        await EndAsync(job, JobState.Succeeded, $"Version {version!.Number} ({version.Version}) is a candidate{(stations.Count > 1 ? $" of {string.Join(", ", stations)}" : "")}. {gate?.Summary ?? "There was no active model to compare it with."}{doubts}", null);
        Clear(job);
    }

    private async Task EndAsync(TrainingJob job, JobState state, string message, Caller? caller)
    {
        (job.State, job.EndTime, job.Message) = (state, time.GetUtcNow(), message);
        FolderOf(job.Id).Write($"{time.GetUtcNow():O} {state}: {message}");
        await jobs.SaveAsync(job, caller ?? Caller.Server("trainer"), "job.end", CancellationToken.None);
    }

    private void Clear(TrainingJob job)
    {
        var folder = FolderOf(job.Id);
        folder.DeleteData();
        foreach (var name in new[] { folder.Model, folder.Model + ".checkpoint" }) File.Delete(name);
    }

    [LoggerMessage(230, LogLevel.Information, "Training job {Job} for station {Station}: {Method}")]
    private static partial void Started(ILogger logger, long job, string station, string method);

    [LoggerMessage(232, LogLevel.Warning, "Training job {Job}: {Count} of its normals look as if they were none")]
    private static partial void Doubted(ILogger logger, long job, int count);

    [LoggerMessage(231, LogLevel.Warning, "Training job {Job} failed: {Reason}")]
    private static partial void Ended(ILogger logger, long job, string reason);
}
