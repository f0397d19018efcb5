using AnomalyLine.Management.Models;
using AnomalyLine.Server.Access;

namespace AnomalyLine.Server.Console;

/// <summary>A model's file, for another server or the command line: /models/{version}/file. Each download is an entry of the audit; a browser that asks for the rest of one makes no other.</summary>
internal static class ModelFileEndpoint
{
    public static void MapModelFiles(this WebApplication app) => app.MapGet("/models/{version}/file", GetAsync);

    private static async Task<IResult> GetAsync(HttpContext http, string version, ModelStore models, DownloadLog downloads)
    {
        if (models.Find(version) is not { } model) return Results.Problem($"There is no model \"{version}\"; choose one that the page of the models has.", statusCode: StatusCodes.Status404NotFound);
        if (http.Request.Headers.Range.Count == 0) await downloads.NoteAsync(Visit.Of(http).Who!.ToCaller(Origins.ConsoleOf(http)), "model.download", model.Version, new { model.Sha256 });
        return Results.File(models.GetPath(model.Version), "application/octet-stream", $"{model.Version}.alm", enableRangeProcessing: true);
    }
}
