using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.OpcUaGateway;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>What the server knows of its OPC UA gateway.</summary>
internal sealed class OpcUaService(LineHost host, NodeSetExport export) : Wire.OpcUaService.OpcUaServiceBase
{
    public override async Task<Wire.ExportNodeSetResponse> ExportNodeSet(Wire.ExportNodeSetRequest request, ServerCallContext context)
    {
        var known = host.Stations.Select(station => station.Name).ToList();
        var unknown = request.Stations.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal));
        if (unknown is not null) throw LineErrors.Failure(StatusCode.NotFound, "station-not-found", $"There is no station '{unknown}'; create it first, or check the name.");
        var stations = request.Stations.Count == 0 ? known : [.. request.Stations.Distinct(StringComparer.Ordinal)];
        var (nodeSet, error) = await export.RunAsync(stations, !request.WithoutMachineVision, context.CancellationToken);
        if (nodeSet is null) throw LineErrors.Failure(StatusCode.FailedPrecondition, "opcua-unavailable", error);
        return new Wire.ExportNodeSetResponse { NodeSet = nodeSet, Stations = { stations } };
    }
}
