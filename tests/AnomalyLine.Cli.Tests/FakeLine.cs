using AnomalyLine.Contracts.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Tests;

/// <summary>The server's side of the contract with known answers: station "S" finds every second part NotOk, and breaks connections where it is told to.</summary>
internal sealed class FakeLine : InspectionService.InspectionServiceBase, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Wire.InspectRequest> _requests = [];
    private WebApplication? _app;
    private int _breaks;

    /// <summary>Breaks the connection once, after so many frames, without answering the last of them; 0 for never.</summary>
    public int BreakAfter { get; init; }

    /// <summary>What the call fails with there; null for a connection that breaks.</summary>
    public RpcException? BreakWith { get; init; }

    /// <summary>Identity of the parts that are watched.</summary>
    public string PartId { get; init; } = "part";

    /// <summary>Answers nothing before so many frames have come; 0 answers each at once.</summary>
    public int HoldUntil { get; init; }

    public FakeStations Stations { get; } = new();

    public FakeCameras Cameras { get; init; } = new();

    public FakeSamples Samples { get; } = new();

    public FakeProduction Production { get; } = new();

    public string Address { get; private set; } = "";

    public IReadOnlyList<Wire.InspectRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    public IReadOnlyList<ListInspectionsRequest> Lists { get; private set; } = [];

    public IReadOnlyList<WatchInspectionsRequest> Watches { get; private set; } = [];

    public async Task<FakeLine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton(Stations).AddSingleton(Cameras);
        builder.Services.AddSingleton(Samples).AddSingleton(Production);
        _app = builder.Build();
        _app.MapGrpcService<FakeLine>();
        _app.MapGrpcService<FakeStations>();
        _app.MapGrpcService<FakeCameras>();
        _app.MapGrpcService<FakeSamples>();
        _app.MapGrpcService<FakeProduction>();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return this;
    }

    public override async Task Inspect(IAsyncStreamReader<Wire.InspectRequest> requestStream, IServerStreamWriter<Wire.InspectResponse> responseStream, ServerCallContext context)
    {
        var held = new List<Wire.InspectRequest>();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            lock (_gate) _requests.Add(request);
            held.Add(request);
            if (Requests.Count < HoldUntil) continue;
            if (BreakAfter == Requests.Count && Interlocked.Increment(ref _breaks) == 1)
            {
                if (BreakWith is not null) throw BreakWith;
                context.GetHttpContext().Abort();
                return;
            }

            foreach (var waiting in held) await responseStream.WriteAsync(Answer(waiting), context.CancellationToken);
            held.Clear();
        }
    }

    public override async Task WatchInspections(WatchInspectionsRequest request, IServerStreamWriter<WatchInspectionsResponse> responseStream, ServerCallContext context)
    {
        Watches = [.. Watches, request.Clone()];
        var from = request.Cursors.FirstOrDefault()?.AfterSequence ?? 0;
        await responseStream.WriteAsync(new WatchInspectionsResponse { Status = new LineStatus { Heartbeat = 1 } }, context.CancellationToken);
        for (var sequence = from + 1; sequence <= from + 2; sequence++)
            await responseStream.WriteAsync(new WatchInspectionsResponse { Inspection = Inspection("S", sequence, PartId) }, context.CancellationToken);

        // Ends after two: a watcher that wants more comes back with its cursor.
    }

    /// <summary>Two pages of one, the second with what a spreadsheet would compute.</summary>
    public override Task<ListInspectionsResponse> ListInspections(ListInspectionsRequest request, ServerCallContext context)
    {
        Lists = [.. Lists, request.Clone()];
        return Task.FromResult(request.PageToken.Length == 0
            ? new ListInspectionsResponse { Inspections = { Inspection(request.Station, 2, "part-\u001b[2J") }, NextPageToken = "older" }
            : new ListInspectionsResponse { Inspections = { Inspection(request.Station, 1, "=1+1,\"x\"") } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private static Wire.InspectResponse Answer(Wire.InspectRequest request) => request.Station == "S"
        ? new Wire.InspectResponse { RequestId = request.RequestId, Inspection = Inspection(request.Station, request.RequestId, request.PartId) }
        : new Wire.InspectResponse { RequestId = request.RequestId, Error = new InspectError { Code = "station-not-found", Message = $"Station '{request.Station}' is unknown." } };

    private static Wire.Inspection Inspection(string station, ulong sequence, string partId) => new()
    {
        Station = station,
        Sequence = sequence,
        PartId = partId,
        Verdict = sequence % 2 == 0 ? Verdict.NotOk : Verdict.Ok,
        ReasonCode = sequence % 2 == 0 ? ReasonCode.AboveThreshold : ReasonCode.WithinThreshold,
        Score = sequence % 2,
        Threshold = 0.5f,
        Timings = new Timings { PrepareMs = 1, DecodeMs = 0.25, DetectMs = 0.5, ForwardMs = 0.375, TotalMs = 1.5, BatchSize = 1 },
    };
}
