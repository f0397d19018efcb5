using Microsoft.Net.Http.Headers;

namespace AnomalyLine.Server.Pictures;

/// <summary>Pictures over plain HTTP: /stations/{station}/inspections/{sequence}/{frame|overlay|map}.</summary>
internal static class PictureEndpoints
{
    private const int MaxWidth = 800;

    public static void MapPictures(this WebApplication app) =>
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/{kind:regex(^(frame|overlay|map)$)}", Get);

    private static IResult Get(string station, long sequence, string kind, PictureMaker pictures, HttpResponse response)
    {
        if (pictures.Make(station, sequence, Enum.Parse<PictureKind>(kind, ignoreCase: true), MaxWidth) is not { } picture)
        {
            // A picture that is not there now will not come later, but nobody should remember that.
            response.Headers[HeaderNames.CacheControl] = "no-store";
            return Results.Problem($"No {kind} picture of inspection {sequence} of station \"{station}\" is kept.", statusCode: StatusCodes.Status404NotFound);
        }

        // An inspection never changes, so neither does its picture.
        response.Headers[HeaderNames.CacheControl] = "private, max-age=3600, immutable";
        return Results.Bytes(picture.Data, picture.ContentType);
    }
}
