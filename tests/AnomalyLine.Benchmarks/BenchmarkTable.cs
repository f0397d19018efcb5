namespace AnomalyLine.Benchmarks;

/// <summary>Results of one kind.</summary>
/// <param name="Title">What was measured, with the conditions that matter.</param>
/// <param name="Columns">The first names the case, the others are numbers with their unit.</param>
internal sealed record BenchmarkTable(string Title, params string[] Columns)
{
    /// <summary>A row for each case: its name, and a value for each further column; NaN where there is none.</summary>
    public List<(string Case, double[] Values)> Rows { get; } = [];

    /// <summary>The same with further rows.</summary>
    public BenchmarkTable With(IEnumerable<(string Case, double[] Values)> rows)
    {
        Rows.AddRange(rows);
        return this;
    }

    public void Add(string name, params double[] values) => Rows.Add((name, values));
}
