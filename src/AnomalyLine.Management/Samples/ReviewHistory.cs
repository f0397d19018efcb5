using AnomalyLine.Inspection;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Samples;

/// <summary>What people have said of samples so far. Any thread.</summary>
/// <param name="database">Where it is.</param>
public sealed class ReviewHistory(ManagementDatabase database)
{
    /// <summary>Most entries of one sample that are given.</summary>
    public const int MaxCount = 100;

    /// <summary>What was said of a sample, the newest first, at most <see cref="MaxCount"/>; or <see cref="LineErrorCode.ManagementFailed"/>.</summary>
    public Task<Outcome<IReadOnlyList<ReviewEntry>>> ListAsync(long sampleId, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<ReviewEntry>>(
        async (context, cancel) => await context.Set<ReviewEntry>().Where(entry => entry.SampleId == sampleId).OrderByDescending(entry => entry.Id).Take(MaxCount).ToListAsync(cancel),
        cancellation);

    /// <summary>
    /// The sample of an inspection: the one that was kept of it, or the one that somebody decided about on its page, whose picture may have come with an earlier inspection.
    /// </summary>
    /// <returns>None or one, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    public Task<Outcome<IReadOnlyList<Sample>>> FindSampleAsync(string station, long sequence, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<Sample>>(
        async (context, cancel) =>
        {
            var samples = context.Set<Sample>();
            var said = context.Set<ReviewEntry>().Where(entry => entry.Station == station && entry.Sequence == sequence).Select(entry => entry.SampleId);
            return await samples.Where(sample => (sample.Station == station && sample.Sequence == sequence) || said.Contains(sample.Id)).OrderByDescending(sample => sample.Id).Take(1).ToListAsync(cancel);
        },
        cancellation);

    /// <summary>The names of all who have decided about a sample that is there, in order, at most <see cref="MaxCount"/>; or <see cref="LineErrorCode.ManagementFailed"/>.</summary>
    public Task<Outcome<IReadOnlyList<string>>> ListReviewersAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<string>>(
        async (context, cancel) => await context.Set<Sample>().Where(sample => sample.ReviewedBy != "").Select(sample => sample.ReviewedBy).Distinct().OrderBy(name => name).Take(MaxCount).ToListAsync(cancel),
        cancellation);
}
