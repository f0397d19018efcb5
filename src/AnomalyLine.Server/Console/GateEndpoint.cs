using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Console;

/// <summary>
/// What was written with the comparison that the gate decided by: the document, /stations/{station}/models/{version}/gate/document, and its pictures, …/gate/pictures/{number}. The console's
/// page of it is <see cref="GatePage"/>.
/// </summary>
internal static class GateEndpoint
{
    public static void MapGate(this WebApplication app)
    {
        app.MapGet("/stations/{station}/models/{version}/gate/document", GetDocumentAsync);
        app.MapGet("/stations/{station}/models/{version}/gate/pictures/{number:int:min(0)}", GetPictureAsync);
    }

    private static async Task<IResult> GetDocumentAsync(string station, string version, string? product, ModelRegistry registry, JobQueue jobs,
        CancellationToken cancellation)
    {
        var (folder, missing) = await FindAsync(station, version, product ?? "", registry, jobs, cancellation);
        return folder is null ? missing : Results.File(folder.GatePage, "text/html; charset=utf-8");
    }

    private static async Task<IResult> GetPictureAsync(
        string station, string version, int number, string? product, ModelRegistry registry, JobQueue jobs, HttpResponse response,
            CancellationToken cancellation)
    {
        var (folder, missing) = await FindAsync(station, version, product ?? "", registry, jobs, cancellation);
        if (folder is null) return missing;
        if (GateDocument.FindPicture(await File.ReadAllTextAsync(folder.GatePage, cancellation), number) is not { } picture)
            return Results.Problem($"The comparison of version \"{version}\" has no picture {number}.", statusCode: StatusCodes.Status404NotFound);

        // A version may be compared again, with another model.
        response.Headers.CacheControl = "private, max-age=60";
        return Results.Bytes(picture, "image/jpeg");
    }

    private static async Task<(JobFolder? Folder, IResult Missing)> FindAsync(string station, string version, string product, ModelRegistry registry,
        JobQueue jobs, CancellationToken cancellation)
    {
        if (!(await registry.GetAsync(station, product, version, cancellation)).TryGet(out var model, out var error)) return (null,
            Results.Problem(error.Message, statusCode: StatusCodes.Status404NotFound));
        return (jobs.FindGate(model), Results.Problem($"Version {model.Number} of station \"{station}\" was not compared.", statusCode: StatusCodes.Status404NotFound));
    }
}
