using AnomalyLine.Management.Models;

namespace AnomalyLine.Server.Console;

/// <summary>A model's file, for another server or the command line: /models/{version}/file.</summary>
internal static class ModelFileEndpoint
{
    public static void MapModelFiles(this WebApplication app) => app.MapGet("/models/{version}/file", Get);

    private static IResult Get(string version, ModelStore models) => models.Find(version) is { } model
        ? Results.File(models.GetPath(model.Version), "application/octet-stream", $"{model.Version}.alm", enableRangeProcessing: true)
        : Results.Problem($"There is no model \"{version}\"; choose one that the page of the models has.", statusCode: StatusCodes.Status404NotFound);
}
