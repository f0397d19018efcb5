using AnomalyLine.Contracts.V1;
using Grpc.Core;

namespace AnomalyLine.Cli.Tests;

/// <summary>Station "S", which can be stopped and started; keeps what was announced.</summary>
internal sealed class FakeStations : StationService.StationServiceBase
{
    private readonly StationStatus _station = new() { Name = "S", Ready = true, Mode = StationMode.Continuous, Counters = new StationCounters { Inspected = 7 } };

    public SetNextPartRequest? Announced { get; private set; }

    public override Task<StopStationResponse> StopStation(StopStationRequest request, ServerCallContext context)
    {
        (_station.Mode, _station.Ready, _station.Fault) = (StationMode.Stopped, false, "Station S is stopped; start it.");
        return Task.FromResult(new StopStationResponse { Station = _station });
    }

    public override Task<StartStationResponse> StartStation(StartStationRequest request, ServerCallContext context)
    {
        (_station.Mode, _station.Ready, _station.Fault) = (StationMode.Continuous, true, "");
        return Task.FromResult(new StartStationResponse { Station = _station });
    }

    public override Task<ResetCountersResponse> ResetCounters(ResetCountersRequest request, ServerCallContext context)
    {
        _station.Counters = new StationCounters();
        return Task.FromResult(new ResetCountersResponse { Station = _station });
    }

    public string? Removed { get; private set; }

    public override Task<RenameStationResponse> RenameStation(RenameStationRequest request, ServerCallContext context)
    {
        _station.DisplayName = request.DisplayName;
        return Task.FromResult(new RenameStationResponse { Station = _station });
    }

    public override Task<RemoveStationResponse> RemoveStation(RemoveStationRequest request, ServerCallContext context)
    {
        Removed = request.Name;
        return Task.FromResult(new RemoveStationResponse());
    }

    public override Task<SetNextPartResponse> SetNextPart(SetNextPartRequest request, ServerCallContext context)
    {
        var before = Announced;
        Announced = request;
        var replaced = before is null ? null : new NextPart { PartId = before.PartId };
        return Task.FromResult(new SetNextPartResponse { Part = new NextPart { PartId = request.PartId, ProductId = request.ProductId }, Replaced = replaced });
    }
}
