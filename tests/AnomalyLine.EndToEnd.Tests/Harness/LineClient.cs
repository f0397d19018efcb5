using AnomalyLine.Contracts.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>What tests ask of a server over gRPC.</summary>
internal sealed class LineClient(GrpcChannel channel)
{
    private const int ChunkBytes = 512 * 1024;

    public InspectionService.InspectionServiceClient Inspections { get; } = new(channel);

    public StationService.StationServiceClient Stations { get; } = new(channel);

    public RecipeService.RecipeServiceClient Recipes { get; } = new(channel);

    public ModelService.ModelServiceClient Models { get; } = new(channel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<ModelVersion> UploadAsync(string path)
    {
        using var call = Models.UploadModel(cancellationToken: Cancel);
        foreach (var chunk in (await File.ReadAllBytesAsync(path, Cancel)).Chunk(ChunkBytes))
            await call.RequestStream.WriteAsync(new() { Chunk = UnsafeByteOperations.UnsafeWrap(chunk) }, Cancel);
        await call.RequestStream.CompleteAsync();
        return (await call).Model;
    }

    /// <summary>
    /// Makes stations that judge with a model. The deadline is long, so that a busy machine makes a test slow and not red; the threshold is
    /// a quarter above the model's, so that no verdict hangs on what a training of seconds makes of a normal part.
    /// </summary>
    public async Task AddStationsAsync(ModelVersion model, params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            await Stations.CreateStationAsync(new() { Name = name }, cancellationToken: Cancel);
            await Recipes.ActivateRecipeAsync(
                new() { Station = name, ModelVersion = model.Version, Threshold = 1.25f * model.Threshold, Deadline = new() { Seconds = 30 } }, cancellationToken: Cancel);
        }
    }

    /// <summary>Sends frames on one stream and gives their answers by request id.</summary>
    public async Task<Dictionary<ulong, InspectResponse>> InspectAsync(params IEnumerable<InspectRequest> requests)
    {
        using var end = Limit();
        using var call = Inspections.Inspect(cancellationToken: end.Token);
        var sending = SendAsync();
        var answers = new Dictionary<ulong, InspectResponse>();

        // Read beside the sending: a write to a call that has failed may never return, and disposing of the call ends it.
        while (await call.ResponseStream.MoveNext(end.Token)) answers.Add(call.ResponseStream.Current.RequestId, call.ResponseStream.Current);
        await sending;
        return answers;

        async Task SendAsync()
        {
            foreach (var request in requests) await call.RequestStream.WriteAsync(request, end.Token);
            await call.RequestStream.CompleteAsync();
        }
    }

    /// <summary>Everything that the log has of some stations, in log order.</summary>
    public async Task<IReadOnlyList<Contracts.V1.Inspection>> ReadLogAsync(params IReadOnlyCollection<string> stations)
    {
        var wanted = (await Stations.ListStationsAsync(new(), cancellationToken: Cancel)).Stations.Where(station => stations.Contains(station.Name)).Sum(station => (long)station.LastSequence);
        var records = new List<Contracts.V1.Inspection>();
        using var end = Limit();
        using var call = Inspections.WatchInspections(
            new() { Stations = { stations }, Cursors = { stations.Select(station => new StationCursor { Station = station }) } }, cancellationToken: end.Token);
        while (records.Count < wanted && await call.ResponseStream.MoveNext(end.Token))
            if (call.ResponseStream.Current.Inspection is { } record) records.Add(record);
        return records;
    }

    private static CancellationTokenSource Limit()
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(TimeSpan.FromMinutes(1));
        return end;
    }
}
