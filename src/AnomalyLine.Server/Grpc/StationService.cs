using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The inspection points of the line.</summary>
internal sealed class StationService(LineHost host, AuditLog audit) : Wire.StationService.StationServiceBase
{
    public override Task<Wire.ListStationsResponse> ListStations(Wire.ListStationsRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListStationsResponse { Stations = { host.Line.Stations.Select(ResponseWriter.ToWire) } });

    public override async Task<Wire.CreateStationResponse> CreateStation(Wire.CreateStationRequest request, ServerCallContext context)
    {
        await audit.RequireAsync(context);
        var station = (await host.Line.CreateStationAsync(request.Name, context.CancellationToken)).OrThrow();
        await audit.NoteAsync(context, "station.create", station.Name, null, new { station.Name });
        return new Wire.CreateStationResponse { Station = station.ToWire() };
    }
}
