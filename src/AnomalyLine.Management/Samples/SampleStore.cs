using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Samples;

/// <summary>The samples: their data in the database, their pictures in <see cref="SampleFiles"/>. Any thread.</summary>
/// <param name="database">Where their data is.</param>
/// <param name="files">Where their pictures are.</param>
/// <param name="audit">Hears of every change that a person makes, and of what retention took away.</param>
/// <param name="time">Clock.</param>
public sealed class SampleStore(ManagementDatabase database, SampleFiles files, AuditLog audit, TimeProvider time)
{
    /// <summary>Largest number of samples that one call of <see cref="ListAsync"/> gives.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>Largest number of samples of one review.</summary>
    public const int MaxReviewSize = 10_000;

    /// <summary>Where the picture of a sample is.</summary>
    public string PathOf(Sample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return files.PathOf(sample.Sha256);
    }

    /// <summary>The PNG file of a sample, or <see cref="LineErrorCode.SampleNotFound"/> where it is gone.</summary>
    public async Task<Outcome<byte[]>> ReadPictureAsync(Sample sample, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sample);
        try
        {
            return await File.ReadAllBytesAsync(PathOf(sample), cancellation);
        }
        catch (IOException e)
        {
            return new LineError(LineErrorCode.SampleNotFound, $"The picture of sample {sample.Id} cannot be read ({e.Message}); exclude the sample, or restore the file from a backup.");
        }
    }

    /// <summary>Keeps a frame. A picture that the station has already stays the one sample that it is.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="draft">What is known of it; number, sum, sizes and time are filled in here.</param>
    /// <param name="importer">Who brought it in; null for the collector, whose samples are not audited one by one.</param>
    /// <param name="cancellation">Keeps nothing.</param>
    /// <returns>The sample, or <see cref="LineErrorCode.InvalidSample"/>, <see cref="LineErrorCode.ManagementFailed"/>, also where the disk is full.</returns>
    public async Task<Outcome<Sample>> AddAsync(Frame frame, Sample draft, Caller? importer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (!FrameFile.TryWritePng(frame, out var file, out var width, out var height, out var error)) return new LineError(LineErrorCode.InvalidSample, error);
        if (DefectKind.Check(draft.Defect) is { } wrong) return new LineError(LineErrorCode.InvalidSample, $"defect: the kind {wrong}.");
        var sample = draft with { Sha256 = SampleFiles.Hash(file), SizeBytes = file.Length, Width = width, Height = height, CreationTime = time.GetUtcNow() };
        return await database.ChangeAsync<Sample>(
            async (context, cancel) =>
            {
                if (await FindAsync(context, sample.Station, sample.Sha256, cancel) is { } stored) return stored;
                if (Write(sample.Sha256, file) is { } failure) return failure;
                context.Add(sample);
                if (importer is not null) await audit.AppendAsync(context, importer, "sample.import", sample.Station, null, new { sample.Sha256, sample.Label, sample.Defect }, cancel);
                await context.SaveChangesAsync(cancel);
                return sample;
            },
            cancellation);
    }

    /// <summary>Samples in order of their numbers, those after one.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">Number of the last sample that the caller has; 0 to start.</param>
    /// <param name="count">How many at most, 1..<see cref="MaxPageSize"/>.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<Outcome<IReadOnlyList<Sample>>> ListAsync(SampleFilter filter, long after, int count, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<Sample>>(
            async (context, cancel) => await filter.Of(context.Set<Sample>()).Where(sample => sample.Id > after)
                .OrderBy(sample => sample.Id).Take(Math.Clamp(count, 1, MaxPageSize)).ToListAsync(cancel),
            cancellation);

    /// <summary>How many samples there are.</summary>
    public Task<Outcome<int>> CountAsync(SampleFilter filter, CancellationToken cancellation) =>
        database.ReadAsync<int>(async (context, cancel) => await filter.Of(context.Set<Sample>()).CountAsync(cancel), cancellation);

    /// <summary>A sample, or <see cref="LineErrorCode.SampleNotFound"/>.</summary>
    public Task<Outcome<Sample>> GetAsync(long id, CancellationToken cancellation) => database.ReadAsync<Sample>(
        async (context, cancel) => await context.Set<Sample>().FirstOrDefaultAsync(sample => sample.Id == id, cancel) is { } sample ? sample : NotFound(id),
        cancellation);

    /// <summary>
    /// Reviews many samples at once: all of them, or none where one is unknown or not as expected. One entry of the audit has all old and new values.
    /// </summary>
    /// <returns>The samples as they are now, or <see cref="LineErrorCode.SampleNotFound"/>, SampleChanged, InvalidSample, ManagementFailed.</returns>
    public async Task<Outcome<IReadOnlyList<Sample>>> ReviewAsync(SampleReview review, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(caller);
        if (review.Check() is { } wrong) return wrong;
        var ids = review.Ids.Distinct().ToList();
        return await database.ChangeAsync<IReadOnlyList<Sample>>(
            async (context, cancel) =>
            {
                var samples = await context.Set<Sample>().Where(sample => ids.Contains(sample.Id)).OrderBy(sample => sample.Id).ToListAsync(cancel);
                if (samples.Count < ids.Count) return NotFound(ids.Except(samples.Select(sample => sample.Id)).First());
                if (Changed(samples, review.Expected) is { } changed) return changed;
                var before = samples.Select(sample => ToAudit(sample, "")).ToList();
                foreach (var sample in samples)
                {
                    sample.State = review.State;
                    sample.Label = review.Label ?? sample.Label;
                    sample.Defect = sample.Label is SampleLabel.Normal ? "" : review.Defect ?? sample.Defect;
                    (sample.ReviewedBy, sample.ReviewTime) = (caller.User, time.GetUtcNow());
                    context.Add(new ReviewEntry
                    {
                        SampleId = sample.Id,
                        Station = sample.Station,
                        Sequence = review.Sequence,
                        Time = time.GetUtcNow(),
                        User = caller.User,
                        State = sample.State,
                        Label = sample.Label,
                        Defect = sample.Defect,
                        Comment = review.Comment,
                    });
                }

                var subject = string.Join(' ', samples.Select(sample => sample.Station).Distinct(StringComparer.Ordinal));
                await audit.AppendAsync(context, caller, "sample.review", subject, before, samples.Select(sample => ToAudit(sample, review.Comment)).ToList(), cancel);
                return samples;
            },
            cancellation);
    }

    /// <summary>
    /// Removes samples for good, approved ones too: all that a filter matches, or none where it names a number that is unknown. Entries of the audit
    /// name them all.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Keeps those that are not removed yet.</param>
    /// <returns>What was removed, or <see cref="LineErrorCode.SampleNotFound"/>, InvalidSample, ManagementFailed.</returns>
    public async Task<Outcome<SampleRemoval>> RemoveAsync(SampleFilter filter, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Ids is { Count: 0 or > MaxReviewSize } ids) return new LineError(LineErrorCode.InvalidSample,
            $"ids: {ids.Count} samples are named; name 1..{MaxReviewSize}.");
        var removed = new SampleRemoval(0, 0);
        while (true)
        {
            var gone = await database.ChangeAsync<IReadOnlyList<Sample>>(
                async (context, cancel) =>
                {
                    var going = await filter.Of(context.Set<Sample>()).OrderBy(sample => sample.Id).Take(MaxReviewSize).ToListAsync(cancel);
                    if (filter.Ids?.Except(going.Select(sample => sample.Id)).ToList() is [var missing, ..]) return NotFound(missing);
                    if (going.Count == 0) return going;
                    context.RemoveRange(going);
                    var subject = string.Join(' ', going.Select(sample => sample.Station).Distinct(StringComparer.Ordinal));
                    var before = going.Select(sample => new { sample.Id, sample.Sha256, sample.State, sample.Label, sample.Defect });
                    await audit.AppendAsync(context, caller, "sample.delete", subject, before, null, cancel);
                    return going;
                },
                cancellation);
            if (!gone.TryGet(out var samples, out var error)) return error;
            if (samples.Count > 0)
            {
                if (!(await DeleteFilesAsync(samples, CancellationToken.None)).TryGet(out var bytes, out var failure)) return failure;
                removed = new SampleRemoval(removed.Samples + samples.Count, removed.Bytes + bytes);
            }

            if (filter.Ids is not null || samples.Count < MaxReviewSize) return removed;
        }
    }

    /// <summary>The station's policy; the default one where nobody set another.</summary>
    public Task<Outcome<CollectionPolicy>> GetPolicyAsync(string station, CancellationToken cancellation) => database.ReadAsync<CollectionPolicy>(
        async (context, cancel) => await context.Set<CollectionPolicy>().FirstOrDefaultAsync(policy => policy.Station == station, cancel) ?? new CollectionPolicy { Station = station },
        cancellation);

    /// <summary>Sets a station's policy; <see cref="LineErrorCode.InvalidSample"/> where a value is outside its range.</summary>
    public async Task<Outcome<CollectionPolicy>> SetPolicyAsync(CollectionPolicy policy, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Check() is { Count: > 0 } errors) return new LineError(LineErrorCode.InvalidSample, $"The policy is not valid: {string.Join("; ", errors)}.");
        return await database.ChangeAsync<CollectionPolicy>(
            async (context, cancel) =>
            {
                var old = await context.Set<CollectionPolicy>().AsNoTracking().FirstOrDefaultAsync(row => row.Station == policy.Station, cancel);
                if (old is null) context.Add(policy);
                else context.Update(policy);
                await audit.AppendAsync(context, caller, "collection.set", policy.Station, old, policy, cancel);
                return policy;
            },
            cancellation);
    }

    /// <summary>Notes why samples of a station may be no normal parts, by the SHA-256 of their pictures; others stay as they are.</summary>
    /// <returns>How many were marked.</returns>
    internal Task<Outcome<int>> SuspectAsync(string station, IReadOnlyList<KeyValuePair<string, string>> reasons, CancellationToken cancellation) => database.ChangeAsync<int>(
        async (context, cancel) =>
        {
            var words = reasons.ToDictionary(StringComparer.Ordinal);
            var sums = words.Keys.ToList();
            var samples = await context.Set<Sample>().Where(sample => sample.Station == station && sums.Contains(sample.Sha256)).ToListAsync(cancel);
            foreach (var sample in samples) sample.Suspicion = words[sample.Sha256];
            return samples.Count;
        },
        cancellation);

    /// <summary>Notes why samples may be no normal parts; an empty reason takes a suspicion back.</summary>
    internal Task<Outcome<int>> SuspectAsync(IReadOnlyDictionary<long, string> reasons, CancellationToken cancellation) => database.ChangeAsync<int>(
        async (context, cancel) =>
        {
            var ids = reasons.Keys.ToList();
            var samples = await context.Set<Sample>().Where(sample => ids.Contains(sample.Id)).ToListAsync(cancel);
            foreach (var sample in samples) sample.Suspicion = reasons[sample.Id];
            return samples.Count(sample => sample.Suspicion.Length > 0);
        },
        cancellation);

    /// <summary>
    /// Takes away what a policy no longer keeps: what is too old, then, where there are too many or they are too large, excluded and then pending samples,
    /// the oldest first. Approved ones stay. One entry of the audit names them all.
    /// </summary>
    /// <returns>How many went.</returns>
    public async Task<Outcome<int>> RetainAsync(CollectionPolicy policy, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var gone = await database.ChangeAsync<IReadOnlyList<Sample>>(
            async (context, cancel) =>
            {
                var samples = context.Set<Sample>().Where(sample => sample.Station == policy.Station);
                var oldest = time.GetUtcNow().AddDays(-policy.MaxAgeDays);
                var going = await samples.Where(sample => sample.State != SampleState.Approved && sample.CreationTime < oldest).ToListAsync(cancel);
                var count = await samples.CountAsync(cancel) - going.Count;
                var bytes = await samples.SumAsync(sample => sample.SizeBytes, cancel) - going.Sum(sample => sample.SizeBytes);
                foreach (var state in new[] { SampleState.Excluded, SampleState.Pending })
                {
                    if (count <= policy.MaxSamples && bytes <= policy.MaxBytes) break;
                    foreach (var sample in await samples.Where(sample => sample.State == state && sample.CreationTime >= oldest).OrderBy(sample => sample.Id).ToListAsync(cancel))
                    {
                        if (count <= policy.MaxSamples && bytes <= policy.MaxBytes) break;
                        going.Add(sample);
                        (count, bytes) = (count - 1, bytes - sample.SizeBytes);
                    }
                }

                if (going.Count == 0) return (List<Sample>)[];
                context.RemoveRange(going);
                await audit.AppendAsync(context, Caller.Server("retention"), "sample.delete", policy.Station, going.Select(sample => new { sample.Id, sample.Sha256 }), null, cancel);
                return going;
            },
            cancellation);
        if (!gone.TryGet(out var samplesGone, out var error)) return error;
        if (samplesGone.Count > 0 && (await DeleteFilesAsync(samplesGone, cancellation)).Error is { } failure) return failure;
        return samplesGone.Count;
    }

    /// <summary>Takes away the pictures that no sample of any station has any more; gives their bytes.</summary>
    private async Task<Outcome<long>> DeleteFilesAsync(IReadOnlyList<Sample> samples, CancellationToken cancellation)
    {
        var sums = samples.Select(sample => sample.Sha256).Distinct().ToList();
        return await database.ChangeAsync<long>(
            async (context, cancel) =>
            {
                var shared = await context.Set<Sample>().Where(sample => sums.Contains(sample.Sha256)).Select(sample => sample.Sha256).ToListAsync(cancel);
                var free = sums.Except(shared).ToHashSet(StringComparer.Ordinal);
                foreach (var sum in free) files.Delete(sum);
                return samples.DistinctBy(sample => sample.Sha256).Where(sample => free.Contains(sample.Sha256)).Sum(sample => sample.SizeBytes);
            },
            cancellation);
    }

    private LineError? Write(string sha256, byte[] file)
    {
        try
        {
            files.Write(sha256, file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LineError(LineErrorCode.ManagementFailed, $"The picture of the sample cannot be stored ({e.Message}).");
        }
    }

    /// <summary>Which samples somebody has decided about since they were looked at; null where none.</summary>
    private static LineError? Changed(List<Sample> samples, IReadOnlyList<SampleDecision> expected)
    {
        var byId = samples.ToDictionary(sample => sample.Id);
        var changed = expected.Where(seen => !seen.IsSaidOf(byId[seen.Id])).ToList();
        if (changed.Count == 0) return null;
        var (seen, now) = (changed[0], byId[changed[0].Id]);
        var who = now.ReviewTime is { } time
            ? $", decided by {(now.ReviewedBy.Length > 0 ? now.ReviewedBy : "somebody")} at {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "";
        var others = string.Join(", ", changed.Skip(1).Take(20).Select(other => other.Id));
        var more = others.Length == 0 ? "" : $" {changed.Count - 1} more have changed: {others}.";
        return new LineError(
            LineErrorCode.SampleChanged,
            $"Sample {seen.Id} is {now.State} as {now.Label}{(now.Defect.Length > 0 ? $" ({now.Defect})" : "")}{who}, "
            + $"not {seen.State}{(seen.Label is { } label ? $" as {label}" : "")} as it was seen.{more}"
            + " Nothing was changed; look at them, and decide again.");
    }

    private static object ToAudit(Sample sample, string comment) => comment.Length == 0
        ? new { sample.Id, sample.State, sample.Label, sample.Defect }
        : new { sample.Id, sample.State, sample.Label, sample.Defect, Comment = comment };

    private static async Task<Sample?> FindAsync(ManagementContext context, string station, string sha256, CancellationToken cancellation) =>
        await context.Set<Sample>().FirstOrDefaultAsync(sample => sample.Station == station && sample.Sha256 == sha256, cancellation);

    private static LineError NotFound(long id) => new(LineErrorCode.SampleNotFound, $"There is no sample {id}; use a number that ListSamples gives.");
}
