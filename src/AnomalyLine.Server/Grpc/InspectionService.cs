using AnomalyLine.Management.Drift;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Pictures;
using Google.Protobuf;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Publishes what was judged; frames come by <see cref="FrameService"/>.</summary>
internal sealed class InspectionService(LineHost host, PictureMaker pictures, DriftWatch drift, DownloadLog downloads, TimeProvider time, IHostApplicationLifetime lifetime)
    : Wire.InspectionService.InspectionServiceBase
{
    private readonly Line _line = host.Line;

    public override async Task WatchInspections(
        Wire.WatchInspectionsRequest request, IServerStreamWriter<Wire.WatchInspectionsResponse> responseStream, ServerCallContext context)
    {
        using var stream = new WatchStream(_line, drift, host.Heartbeat, time, responseStream);
        await stream.RunAsync(request.ToWatchRequest(), context.CancellationToken, lifetime.ApplicationStopping);
    }

    public override Task<Wire.GetInspectionResponse> GetInspection(Wire.GetInspectionRequest request, ServerCallContext context)
    {
        RequireSequence(request.Sequence);
        var record = _line.Log.Get(request.Station, RequestReader.ToLong(request.Sequence)).OrThrow();
        return Task.FromResult(new Wire.GetInspectionResponse { Inspection = record.ToWire() });
    }

    public override Task<Wire.ListInspectionsResponse> ListInspections(Wire.ListInspectionsRequest request, ServerCallContext context)
    {
        var most = RequestReader.ToPageSize(request.PageSize, most: 1000, usual: 100);
        var found = _line.FindInspections(request.ToSearch(), most).OrThrow();
        return Task.FromResult(new Wire.ListInspectionsResponse
        {
            Inspections = { found.Records.Select(record => record.ToWire()) },
            NextPageToken = found.Next is { } next ? InspectionPages.ToToken(request, next) : "",
        });
    }

    public override Task<Wire.ReadHistoryResponse> ReadHistory(Wire.ReadHistoryRequest request, ServerCallContext context)
    {
        var most = RequestReader.ToPageSize(request.PageSize, most: InspectionLog.MaxHistoryPage, usual: 1000);
        var records = _line.ReadHistory(request.ToRange(), most).OrThrow();
        return Task.FromResult(new Wire.ReadHistoryResponse
        {
            Inspections = { records.Select(record => record.ToWire()) },
            NextPageToken = records.Count == most ? HistoryPages.ToToken(request, records[^1]) : "",
        });
    }

    public override Task<Wire.SummarizeHistoryResponse> SummarizeHistory(Wire.SummarizeHistoryRequest request, ServerCallContext context)
    {
        var (from, until, interval) = request.ToIntervals();
        var intervals = _line.SummarizeHistory(request.Station, from, until, interval).OrThrow();
        return Task.FromResult(new Wire.SummarizeHistoryResponse { Intervals = { intervals.Select(each => each.ToWire()) } });
    }

    public override async Task<Wire.GetImageResponse> GetImage(Wire.GetImageRequest request, ServerCallContext context)
    {
        RequireSequence(request.Sequence);
        var kind = request.Kind switch
        {
            Wire.ImageKind.Frame => PictureKind.Frame,
            Wire.ImageKind.Overlay => PictureKind.Overlay,
            Wire.ImageKind.AnomalyMap => PictureKind.Map,
            _ => throw LineErrors.InvalidArgument("kind", $"is {(int)request.Kind}; send 1 (FRAME), 2 (OVERLAY) or 3 (ANOMALY_MAP)."),
        };
        _line.GetStation(request.Station).OrThrow();
        var picture = pictures.Make(request.Station, RequestReader.ToLong(request.Sequence), kind, maxWidth: 0) ?? throw LineErrors.Failure(
            StatusCode.NotFound, "image-not-found",
            $"There is no {kind} picture of inspection {request.Sequence} of station \"{request.Station}\": only the last ones are kept, and a map only where the model gave one.");
        await downloads.NotePictureAsync(context.ToCaller(), "picture.download", request.Station, new { request.Sequence });
        return new Wire.GetImageResponse { Data = UnsafeByteOperations.UnsafeWrap(picture.Data), ContentType = picture.ContentType };
    }

    private static void RequireSequence(ulong sequence)
    {
        if (sequence == 0) throw LineErrors.InvalidArgument("sequence", "is 0; send the station's number of an inspection, at least 1.");
    }
}
