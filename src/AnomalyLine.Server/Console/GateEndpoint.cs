using AnomalyLine.Management.Models;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Console;

/// <summary>The comparison that the gate decided by, as the page that was written with it: /stations/{station}/models/{version}/gate.</summary>
internal static class GateEndpoint
{
    public static void MapGate(this WebApplication app) => app.MapGet("/stations/{station}/models/{version}/gate", GetAsync);

    private static async Task<IResult> GetAsync(string station, string version, ModelRegistry registry, JobQueue jobs, CancellationToken cancellation)
    {
        if (!(await registry.GetAsync(station, version, cancellation)).TryGet(out var model, out var error)) return Results.Problem(error.Message, statusCode: StatusCodes.Status404NotFound);
        return jobs.FindGate(model) is { } folder
            ? Results.File(folder.GatePage, "text/html; charset=utf-8")
            : Results.Problem($"Version {model.Number} of station \"{station}\" was not compared.", statusCode: StatusCodes.Status404NotFound);
    }
}
