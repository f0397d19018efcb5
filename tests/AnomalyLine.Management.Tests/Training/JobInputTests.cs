using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Samples;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Tests.Training;

public sealed class JobInputTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Read_StationOfTwoProducts_OnlyTheJobsProductAndWhatNamesNone(DatabaseKind kind)
    {
        await using var test = await TestSamples.CreateAsync(kind, postgres);
        var samples = new Dictionary<string, Sample>();
        foreach (var (product, grey) in new[] { ("A", 1), ("B", 2), ("", 3) })
        {
            var draft = TestSamples.Draft("s") with { ProductId = product };
            samples[product] = (await test.Store.AddAsync(TestSamples.Grey(grey), draft, null, TestDatabase.Cancel)).Value;
        }

        await test.ReviewAsync(SampleState.Approved, [.. samples.Values]);
        var input = new JobInput(test.Base.Database, _ => "");

        Assert.Equal([samples["A"].Id, samples[""].Id], (await input.ReadAsync(["s"], "A", null, TestDatabase.Cancel)).Value.Select(sample =>
            sample.Id));
        Assert.Equal([samples[""].Id], (await input.ReadAsync(["s"], "", null, TestDatabase.Cancel)).Value.Select(sample => sample.Id));
    }
}
