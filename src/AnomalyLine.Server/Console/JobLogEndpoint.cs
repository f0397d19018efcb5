using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Console;

/// <summary>A job's whole log as a file: /training/jobs/{id}/log. Only a number of a job that there is leads to a file.</summary>
internal static class JobLogEndpoint
{
    public static void MapJobLogs(this WebApplication app) => app.MapGet("/training/jobs/{id:long:min(1)}/log", GetAsync);

    private static async Task<IResult> GetAsync(long id, JobStore jobs, JobQueue queue, CancellationToken cancellation)
    {
        if (!(await jobs.GetAsync(id, cancellation)).TryGet(out var job, out var error)) return Results.Problem(error.Message, statusCode: StatusCodes.Status404NotFound);
        var path = queue.FolderOf(job.Id).Log;
        if (!File.Exists(path)) return Results.Problem($"Job {job.Id} has no log yet.", statusCode: StatusCodes.Status404NotFound);

        // It may grow while it is sent, so its length is not promised.
        return Results.Stream(
            async body =>
            {
                await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                await file.CopyToAsync(body, cancellation);
            },
            "text/plain; charset=utf-8", $"job-{job.Id}.log");
    }
}
