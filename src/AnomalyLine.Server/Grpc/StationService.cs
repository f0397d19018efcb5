using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The inspection points of the line.</summary>
internal sealed class StationService(LineHost host, AuditLog audit, DriftWatch drift) : Wire.StationService.StationServiceBase
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

    public override async Task<Wire.StartStationResponse> StartStation(Wire.StartStationRequest request, ServerCallContext context)
    {
        var station = await host.Line.SetModeAsync(request.Name, StationMode.Continuous, context.CancellationToken);
        return new Wire.StartStationResponse { Station = station.OrThrow().ToWire() };
    }

    public override async Task<Wire.StopStationResponse> StopStation(Wire.StopStationRequest request, ServerCallContext context)
    {
        var station = await host.Line.SetModeAsync(request.Name, StationMode.Stopped, context.CancellationToken);
        return new Wire.StopStationResponse { Station = station.OrThrow().ToWire() };
    }

    public override Task<Wire.ResetCountersResponse> ResetCounters(Wire.ResetCountersRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ResetCountersResponse { Station = host.Line.ResetCounters(request.Name).OrThrow().ToWire() });

    public override Task<Wire.SetNextPartResponse> SetNextPart(Wire.SetNextPartRequest request, ServerCallContext context)
    {
        if (host.Line.SetNextPart(request.Station, request.ToNextPart(), out var replaced) is { } error) throw error.ToRpcException();
        return Task.FromResult(new Wire.SetNextPartResponse { Replaced = replaced?.ToWire() });
    }

    public override Task<Wire.GetDriftResponse> GetDrift(Wire.GetDriftRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        return Task.FromResult(new Wire.GetDriftResponse
        {
            Signals = { drift.Get(request.Station).Select(JobWire.ToWire) }, Alarms = { drift.Alarms(request.Station).Select(JobWire.ToWire) },
        });
    }
}
