using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Hosting;
using Google.Protobuf;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Frames that are kept for training, and what people say of them.</summary>
internal sealed class SampleService(
    LineHost host, SampleStore samples, ReviewHistory history, DefectKindList kinds, SampleCollector collector, SampleGuard guard, SampleImport import, DownloadLog downloads) : Wire.SampleService.SampleServiceBase
{
    private const int DefaultPageSize = 100;

    public override async Task<Wire.ListSamplesResponse> ListSamples(Wire.ListSamplesRequest request, ServerCallContext context)
    {
        var filter = request.ToFilter();
        var count = RequestReader.ToPageSize(request.PageSize, SampleStore.MaxPageSize, DefaultPageSize);
        var page = (await samples.ListAsync(filter, RequestReader.ToLong(request.AfterId), count, context.CancellationToken)).OrThrow();
        var total = (await samples.CountAsync(filter, context.CancellationToken)).OrThrow();
        return new Wire.ListSamplesResponse { Samples = { page.Select(SampleWire.ToWire) }, Total = (uint)total };
    }

    public override async Task<Wire.GetSampleResponse> GetSample(Wire.GetSampleRequest request, ServerCallContext context) =>
        new() { Sample = (await samples.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task<Wire.GetSampleImageResponse> GetSampleImage(Wire.GetSampleImageRequest request, ServerCallContext context)
    {
        var sample = (await samples.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow();
        var file = (await samples.ReadPictureAsync(sample, context.CancellationToken)).OrThrow();
        await downloads.NotePictureAsync(context.ToCaller(), "sample.download", sample.Station, new { sample.Id });
        return new Wire.GetSampleImageResponse { Data = UnsafeByteOperations.UnsafeWrap(file), Sha256 = sample.Sha256 };
    }

    public override async Task<Wire.ImportSampleResponse> ImportSample(Wire.ImportSampleRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        RequirePartId(request.PartId);
        if (!import.TryRead(request.Data.Memory, out var frame, out var error)) throw LineErrors.InvalidArgument("data", error);
        var draft = import.Draft(request.Station, request.Label.ToLabel("label") ?? SampleLabel.Normal, request.Defect, request.PartId);
        return new Wire.ImportSampleResponse { Sample = (await samples.AddAsync(frame, draft, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };
    }

    public override async Task<Wire.ReviewSamplesResponse> ReviewSamples(Wire.ReviewSamplesRequest request, ServerCallContext context)
    {
        var state = request.State.ToState("state") ?? throw LineErrors.InvalidArgument("state", "is UNSPECIFIED; send PENDING, APPROVED or EXCLUDED.");
        var review = new SampleReview([.. request.Ids.Select(RequestReader.ToLong)], state, request.Label.ToLabel("label"), request.HasDefect
            ? request.Defect : null)
        {
            Expected = [.. request.Expected.Select(SampleWire.ToDecision)],
            Comment = request.Comment,
        };
        var reviewed = (await samples.ReviewAsync(review, context.ToCaller(), context.CancellationToken)).OrThrow();
        return new Wire.ReviewSamplesResponse { Samples = { reviewed.Select(SampleWire.ToWire) } };
    }

    public override async Task<Wire.ListSampleReviewsResponse> ListSampleReviews(Wire.ListSampleReviewsRequest request, ServerCallContext context)
    {
        var sample = (await samples.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow();
        return new Wire.ListSampleReviewsResponse { Reviews = { (await history.ListAsync(sample.Id, context.CancellationToken)).OrThrow().Select(SampleWire.ToWire) } };
    }

    public override async Task<Wire.ListDefectKindsResponse> ListDefectKinds(Wire.ListDefectKindsRequest request, ServerCallContext context) =>
        new() { Kinds = { (await kinds.ListAsync(context.CancellationToken)).OrThrow().Select(SampleWire.ToWire) } };

    public override async Task<Wire.AddDefectKindResponse> AddDefectKind(Wire.AddDefectKindRequest request, ServerCallContext context) =>
        new() { Kind = (await kinds.AddAsync(request.Name, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task<Wire.RemoveDefectKindResponse> RemoveDefectKind(Wire.RemoveDefectKindRequest request, ServerCallContext context) =>
        new() { Kind = (await kinds.RemoveAsync(request.Name, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task<Wire.DeleteSamplesResponse> DeleteSamples(Wire.DeleteSamplesRequest request, ServerCallContext context)
    {
        var removed = (await samples.RemoveAsync(request.ToFilter(), context.ToCaller(), context.CancellationToken)).OrThrow();
        return new Wire.DeleteSamplesResponse { Samples = (uint)removed.Samples, FreedBytes = (ulong)removed.Bytes };
    }

    public override async Task<Wire.CheckSamplesResponse> CheckSamples(Wire.CheckSamplesRequest request, ServerCallContext context)
    {
        if (request.LeaveOut)
        {
            host.Line.GetStation(request.Station).OrThrow();
            if (request.ModelVersion.Length > 0) throw LineErrors.InvalidArgument("model_version", "does not go with leave_out, which makes a model of its own; send one of them.");
            var doubts = (await guard.CheckLeftOutAsync(request.Station, context.CancellationToken)).OrThrow();
            return new Wire.CheckSamplesResponse { Checked = (uint)doubts.Checked, Suspected = (uint)doubts.Suspected };
        }

        var recipe = host.Line.GetRecipe(request.Station).OrThrow();
        if (request.ModelVersion.Length > 0 && request.ModelVersion != recipe.ModelVersion)
            recipe = recipe with { ModelVersion = request.ModelVersion, Threshold = guard.ThresholdOf(request.ModelVersion).OrThrow() };
        var result = (await guard.CheckAsync(recipe, context.CancellationToken)).OrThrow();
        return new Wire.CheckSamplesResponse { Checked = (uint)result.Checked, Suspected = (uint)result.Suspected };
    }

    public override async Task<Wire.GetCollectionResponse> GetCollection(Wire.GetCollectionRequest request, ServerCallContext context)
    {
        host.Line.GetStation(request.Station).OrThrow();
        var policy = (await samples.GetPolicyAsync(request.Station, context.CancellationToken)).OrThrow();
        var count = (await samples.CountAsync(new SampleFilter { Station = request.Station }, context.CancellationToken)).OrThrow();
        return new Wire.GetCollectionResponse { Policy = policy.ToWire(), Samples = (uint)count, Dropped = (ulong)collector.Dropped, Fault = collector.Fault };
    }

    public override async Task<Wire.SetCollectionResponse> SetCollection(Wire.SetCollectionRequest request, ServerCallContext context)
    {
        if (request.Policy is null) throw LineErrors.InvalidArgument("policy", "is missing; send the station and what differs from the defaults.");
        host.Line.GetStation(request.Policy.Station).OrThrow();
        var policy = (await samples.SetPolicyAsync(request.Policy.ToPolicy(), context.ToCaller(), context.CancellationToken)).OrThrow();
        collector.Follow(policy);
        return new Wire.SetCollectionResponse { Policy = policy.ToWire() };
    }

    private static void RequirePartId(string partId)
    {
        if (partId.Length > InspectionRequest.MaxPartIdLength)
        {
            throw LineErrors.InvalidArgument("part_id", $"has {partId.Length} characters; send at most {InspectionRequest.MaxPartIdLength}.");
        }

        if (ControlCharacters.Check(partId) is { } wrong) throw LineErrors.InvalidArgument("part_id", $"{wrong}; send printable characters only.");
    }
}
