using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Demo;

/// <summary>What to open and to try, for people at a terminal.</summary>
internal static class DemoGuide
{
    public static string Text(AnomalyLineOptions options, string model) => FormattableString.Invariant($"""

        The line runs with {model}.

          Page      http://localhost:{options.HttpPort}
          Metrics   http://localhost:{options.HttpPort}/metrics
          gRPC      http://localhost:{options.GrpcPort}   anomalyline watch --server http://localhost:{options.GrpcPort}
          OPC UA    {options.OpcUa.Endpoint}   laboratory mode: anyone on this machine may connect without a user

        About one part in eight has a planted defect. Ctrl-C stops everything; the next start uses the same model.

        """);
}
