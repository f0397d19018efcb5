using System.Text.RegularExpressions;

namespace AnomalyLine.Testing;

/// <summary>What deploy/ has for Grafana and Prometheus.</summary>
public static partial class MonitoringFiles
{
    private const string OfCameras = "anomalyline_camera_";

    /// <summary>Names of the metrics that they ask a server for.</summary>
    public static IReadOnlySet<string> OfTheServer { get; } = Names().Where(static name => !name.StartsWith(OfCameras, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Names of the metrics that they ask a camera program for.</summary>
    public static IReadOnlySet<string> OfACameraProgram { get; } = Names().Where(static name => name.StartsWith(OfCameras, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Names of the metrics in an answer of /metrics: of families, and of the series of histograms.</summary>
    public static IReadOnlySet<string> Exported(string metrics) => Series().Matches(metrics).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Names() => Directory.GetFiles(Checkout.PathOf("deploy", "grafana")).Concat(Directory.GetFiles(Checkout.PathOf("deploy", "prometheus")))
        .SelectMany(file => Metric().Matches(File.ReadAllText(file)).Select(match => match.Value));

    [GeneratedRegex(@"\b(?:anomalyline|dotnet|process|http_server|kestrel)_[a-z0-9_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^(?:# TYPE )?(?<name>[a-z][a-z0-9_]*)[ {]", RegexOptions.Multiline)]
    private static partial Regex Series();
}
