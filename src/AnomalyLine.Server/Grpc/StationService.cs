using AnomalyLine.Inspection;
using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>The inspection points of the line.</summary>
internal sealed class StationService(LineHost host, StationChange stations, DriftWatch drift) : Wire.StationService.StationServiceBase
{
    public override Task<Wire.ListStationsResponse> ListStations(Wire.ListStationsRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.ListStationsResponse { Stations = { host.Line.Stations.Select(station => station.ToWire(drift)) } });

    public override async Task<Wire.CreateStationResponse> CreateStation(Wire.CreateStationRequest request, ServerCallContext context) => new()
    {
        Station = (await stations.CreateAsync(request.Name, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire(drift),
    };

    public override async Task<Wire.RenameStationResponse> RenameStation(Wire.RenameStationRequest request, ServerCallContext context) => new()
    {
        Station = (await stations.RenameAsync(request.Name, request.DisplayName, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire(drift),
    };

    public override async Task<Wire.RemoveStationResponse> RemoveStation(Wire.RemoveStationRequest request, ServerCallContext context)
    {
        (await stations.RemoveAsync(request.Name, context.ToCaller(), context.CancellationToken)).OrThrow();
        return new Wire.RemoveStationResponse();
    }

    public override async Task<Wire.StartStationResponse> StartStation(Wire.StartStationRequest request, ServerCallContext context) =>
        new() { Station = await SetModeAsync(request.Name, StationMode.Continuous, context) };

    public override async Task<Wire.StopStationResponse> StopStation(Wire.StopStationRequest request, ServerCallContext context) =>
        new() { Station = await SetModeAsync(request.Name, StationMode.Stopped, context) };

    public override async Task<Wire.ResetCountersResponse> ResetCounters(Wire.ResetCountersRequest request, ServerCallContext context) => new()
    {
        Station = (await stations.ResetCountersAsync(request.Name, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire(drift),
    };

    public override Task<Wire.SetNextPartResponse> SetNextPart(Wire.SetNextPartRequest request, ServerCallContext context)
    {
        var change = host.Line.SetNextPart(request.Station, request.HasPartId ? request.PartId : null, request.HasProductId ? request.ProductId : null).OrThrow();
        return Task.FromResult(new Wire.SetNextPartResponse { Part = change.Part?.ToWire(), Replaced = change.Replaced?.ToWire() });
    }

    private async Task<Wire.StationStatus> SetModeAsync(string name, StationMode mode, ServerCallContext context) =>
        (await stations.SetModeAsync(name, mode, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire(drift);

    public override Task<Wire.GetDriftResponse> GetDrift(Wire.GetDriftRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        return Task.FromResult(new Wire.GetDriftResponse
        {
            Signals = { drift.Get(request.Station).Select(JobWire.ToWire) },
            Alarms = { drift.Alarms(request.Station).Select(JobWire.ToWire) },
        });
    }
}
