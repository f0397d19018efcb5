using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Training;

/// <summary>The approved samples of stations, for their jobs.</summary>
/// <param name="database">Where their data is.</param>
/// <param name="pathOf">Where the picture of a SHA-256 is.</param>
public sealed class JobInput(ManagementDatabase database, Func<string, string> pathOf)
{
    /// <summary>
    /// A product's approved samples, those approved since a time where one is given. Samples that name no product stand for every product of their
    /// station.
    /// </summary>
    internal Task<Outcome<IReadOnlyList<Sample>>> ReadAsync(IReadOnlyCollection<string> stations, string productId, DateTimeOffset? since,
        CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<Sample>>(
            async (context, cancel) => await context.Set<Sample>()
                .Where(sample => stations.Contains(sample.Station) && sample.State == SampleState.Approved
                    && (since == null || sample.ReviewTime >= since))
                .Where(sample => sample.ProductId == productId || sample.ProductId == "")
                .OrderBy(sample => sample.Id).ToListAsync(cancel),
            cancellation);

    /// <summary>Where the picture of a sample is.</summary>
    internal string PathOf(Sample sample) => pathOf(sample.Sha256);
}
