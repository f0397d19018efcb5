using System.Text;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Trainings on the server.</summary>
internal sealed class TrainingService(LineHost host, JobStore jobs, JobQueue queue, ScheduleRun schedules, IHostApplicationLifetime lifetime) : Wire.TrainingService.TrainingServiceBase
{
    private const int DefaultPageSize = 100, MaxPageSize = 1000, MaxLogBytes = 256 * 1024;

    public override async Task<Wire.StartJobResponse> StartJob(Wire.StartJobRequest request, ServerCallContext context)
    {
        if (request.Order is not { } order) throw LineErrors.InvalidArgument("order", "is missing; say what to train.");
        var job = order.ToJob();
        if (job.ProductId.Length > 0)
        {
            var stations = host.StationsOf(job.ProductId);
            if (stations.Count == 0) throw LineErrors.InvalidArgument("order.product_id", $"is '{job.ProductId}', which no station has an active recipe for; activate one, or order for a station alone.");
            if (job.Station.Length == 0) job = job with { Station = stations[0] };
        }

        host.Line.GetStation(job.Station).OrThrow();
        return new Wire.StartJobResponse { Job = (await jobs.AddAsync(job, context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };
    }

    public override async Task<Wire.ListJobsResponse> ListJobs(Wire.ListJobsRequest request, ServerCallContext context)
    {
        var count = RequestReader.ToPageSize(request.PageSize, MaxPageSize, DefaultPageSize);
        var found = (await jobs.ListAsync(request.Station.Length == 0 ? null : request.Station, count, context.CancellationToken)).OrThrow();
        return new Wire.ListJobsResponse { Jobs = { found.Select(JobWire.ToWire) } };
    }

    public override async Task<Wire.GetJobResponse> GetJob(Wire.GetJobRequest request, ServerCallContext context) =>
        new() { Job = (await jobs.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task WatchJob(Wire.WatchJobRequest request, IServerStreamWriter<Wire.WatchJobResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        TrainingJob? last = null;
        while (true)
        {
            var changed = jobs.Changed;
            var job = (await jobs.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow();
            if (job != last) await responseStream.WriteAsync(new Wire.WatchJobResponse { Job = job.ToWire() }, context.CancellationToken);
            if (job.IsOver) return;
            last = job with { };
            await changed.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (lifetime.ApplicationStopping.IsCancellationRequested) throw LineErrors.Failure(StatusCode.Unavailable, "stopping", "The server is stopping; connect again.");
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    public override async Task<Wire.CancelJobResponse> CancelJob(Wire.CancelJobRequest request, ServerCallContext context) =>
        new() { Job = (await queue.CancelAsync(RequestReader.ToLong(request.Id), context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };

    public override async Task<Wire.GetJobLogResponse> GetJobLog(Wire.GetJobLogRequest request, ServerCallContext context)
    {
        var job = (await jobs.GetAsync(RequestReader.ToLong(request.Id), context.CancellationToken)).OrThrow();
        var file = new FileInfo(queue.FolderOf(job.Id).Log);
        if (!file.Exists) return new Wire.GetJobLogResponse();
        await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(stream.Length, MaxLogBytes), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new Wire.GetJobLogResponse { Text = await reader.ReadToEndAsync(context.CancellationToken) };
    }

    public override async Task<Wire.SetScheduleResponse> SetSchedule(Wire.SetScheduleRequest request, ServerCallContext context)
    {
        if (request.Schedule is not { } schedule) throw LineErrors.InvalidArgument("schedule", "is missing; say when to train.");
        host.Line.GetStation(schedule.Station).OrThrow();
        return new Wire.SetScheduleResponse { Schedule = (await schedules.SetAsync(schedule.ToSchedule(), context.ToCaller(), context.CancellationToken)).OrThrow().ToWire() };
    }

    public override async Task<Wire.DeleteScheduleResponse> DeleteSchedule(Wire.DeleteScheduleRequest request, ServerCallContext context) =>
        new() { Deleted = (await schedules.EndAsync(request.Station, context.ToCaller(), context.CancellationToken)).OrThrow() };

    public override async Task<Wire.ListSchedulesResponse> ListSchedules(Wire.ListSchedulesRequest request, ServerCallContext context) =>
        new() { Schedules = { (await schedules.ListAsync(context.CancellationToken)).OrThrow().Select(JobWire.ToWire) } };
}
