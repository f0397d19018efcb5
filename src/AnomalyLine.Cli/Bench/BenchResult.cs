using System.Globalization;

namespace AnomalyLine.Cli.Bench;

/// <summary>What a load showed.</summary>
/// <param name="Load">The load.</param>
/// <param name="Tally">All cameras together, without the warm-up.</param>
/// <param name="ServerCores">Processor time of the server's process in cores, its models' included; null where it was not asked.</param>
/// <param name="ServerMiB">Its resident memory at the end.</param>
internal sealed record BenchResult(BenchOptions Load, BenchTally Tally, double? ServerCores, double? ServerMiB)
{
    /// <summary>Heads of <see cref="Row"/>.</summary>
    public static IReadOnlyList<string> Header { get; } =
        ["CAMERAS", "WANTED/S", "ANSWERED/S", "P50 MS", "P90 MS", "P99 MS", "P99.9 MS", "LATE", "UNDECIDED", "REFUSED", "NO ANSWER", "SERVER CORES", "SERVER MIB"];

    /// <summary>Heads of <see cref="StageRows"/>.</summary>
    public static IReadOnlyList<string> StageHeader { get; } = ["CAMERAS", "STAGE", "P50 MS", "P99 MS", "P99.9 MS"];

    private double Wanted => Load.Cameras * Load.Rate;

    private double Achieved => Tally.Answered / Load.Length.TotalSeconds;

    private long Unanswered => Tally.Sent - Tally.Answered - Tally.Refused;

    /// <summary>As a line of a table.</summary>
    public IReadOnlyList<string> Row() =>
    [
        $"{Load.Cameras}", Text(Wanted), Text(Achieved), Text(Tally.LatencyMs(0.5)), Text(Tally.LatencyMs(0.9)), Text(Tally.LatencyMs(0.99)), Text(Tally.LatencyMs(0.999)),
        $"{Tally.Late}", $"{Tally.Undecided}", $"{Tally.Refused}", $"{Unanswered}", Text(ServerCores), Text(ServerMiB),
    ];

    /// <summary>Where the server's time went, a line for each stage.</summary>
    public IEnumerable<IReadOnlyList<string>> StageRows() => Tally.Stages.Select(stage => (IReadOnlyList<string>)
        [$"{Load.Cameras}", stage, Text(Tally.StageMs(stage, 0.5)), Text(Tally.StageMs(stage, 0.99)), Text(Tally.StageMs(stage, 0.999))]);

    /// <summary>As an object for JSON.</summary>
    public object Describe() => new
    {
        cameras = Load.Cameras,
        wantedPerSecond = Wanted,
        answeredPerSecond = Achieved,
        latencyMs = new { p50 = Tally.LatencyMs(0.5), p90 = Tally.LatencyMs(0.9), p99 = Tally.LatencyMs(0.99), p999 = Tally.LatencyMs(0.999) },
        sent = Tally.Sent,
        answered = Tally.Answered,
        late = Tally.Late,
        undecided = Tally.Undecided,
        refused = Tally.Refused,
        unanswered = Unanswered,
        serverCores = ServerCores,
        serverMiB = ServerMiB,
        stagesMs = Tally.Stages.ToDictionary(stage => stage, stage => new { p50 = Tally.StageMs(stage, 0.5), p99 = Tally.StageMs(stage, 0.99), p999 = Tally.StageMs(stage, 0.999) }),
    };

    private static string Text(double? value) => value is { } number ? number.ToString(number >= 100 ? "0" : number >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) : "-";
}
