using Microsoft.Net.Http.Headers;

namespace AnomalyLine.Server.Pictures;

/// <summary>
/// Pictures over plain HTTP: /stations/{station}/inspections/{sequence}/{frame|overlay|map}, with ?width= for another largest width than 800 pixels; and all that is kept of an inspection, as
/// …/evidence.zip.
/// </summary>
internal static class PictureEndpoints
{
    private const int DefaultWidth = 800, LeastWidth = 64, MostWidth = 4096;

    public static void MapPictures(this WebApplication app)
    {
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/{kind:regex(^(frame|overlay|map)$)}", Get);
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/evidence.zip", GetEvidence);
    }

    private static IResult Get(string station, long sequence, string kind, int? width, PictureMaker pictures, HttpResponse response)
    {
        if (width is < LeastWidth or > MostWidth) return Results.Problem($"width is {width}; it must be {LeastWidth}..{MostWidth} pixels.", statusCode: StatusCodes.Status400BadRequest);
        if (pictures.Make(station, sequence, Enum.Parse<PictureKind>(kind, ignoreCase: true), width ?? DefaultWidth) is not { } picture)
        {
            return Missing(response, $"No {kind} picture of inspection {sequence} of station \"{station}\" is kept.");
        }

        // An inspection never changes, so neither does its picture.
        response.Headers[HeaderNames.CacheControl] = "private, max-age=3600, immutable";
        return Results.Bytes(picture.Data, picture.ContentType);
    }

    private static IResult GetEvidence(string station, long sequence, EvidenceFile evidence, HttpResponse response) => evidence.Make(station, sequence) is { } file
        ? Results.Bytes(file, "application/zip", $"{station}-{sequence}.zip")
        : Missing(response, $"No frame of inspection {sequence} of station \"{station}\" is kept.");

    /// <summary>A picture that is not there now will not come later, but nobody should remember that.</summary>
    private static IResult Missing(HttpResponse response, string message)
    {
        response.Headers[HeaderNames.CacheControl] = "no-store";
        return Results.Problem(message, statusCode: StatusCodes.Status404NotFound);
    }
}
