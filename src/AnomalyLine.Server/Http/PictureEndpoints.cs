using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Console;
using AnomalyLine.Server.Pictures;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;

namespace AnomalyLine.Server.Http;

/// <summary>
/// Pictures over plain HTTP: /stations/{station}/inspections/{sequence}/{frame|overlay|map}, with ?width= for another largest width than 800 pixels; …/reconstruction, in the
/// size that the model takes; and all that is kept of an inspection, as …/evidence.zip. Pictures of samples: /samples/{id}/picture, smaller with ?width=, and …/{map|overlay} by the model.
/// </summary>
internal static class PictureEndpoints
{
    private const string Cacheable = "private, max-age=3600, immutable";
    private const string CacheableForNow = "private, max-age=60";
    private const string NotCacheable = "no-store";
    private const int DefaultWidth = 800, LeastWidth = 64, MostWidth = 4096;

    public static void MapPictures(this WebApplication app)
    {
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/{kind:regex(^(frame|overlay|map)$)}", Get);
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/reconstruction", GetReconstructionAsync);
        app.MapGet("/stations/{station}/inspections/{sequence:long:min(1)}/evidence.zip", GetEvidenceAsync);
        app.MapGet("/samples/{id:long:min(1)}/picture", GetSampleAsync);
        app.MapGet("/samples/{id:long:min(1)}/{kind:regex(^(map|overlay)$)}", GetSampleMapAsync);
    }

    private static IResult Get(string station, long sequence, string kind, int? width, PictureMaker pictures, HttpResponse response)
    {
        if (Refuse(width) is { } refused) return refused;
        if (pictures.Make(station, sequence, Enum.Parse<PictureKind>(kind, ignoreCase: true), width ?? DefaultWidth) is not { } picture)
        {
            return Missing(response, $"No {kind} picture of inspection {sequence} of station \"{station}\" is kept.");
        }

        // An inspection never changes, so neither does its picture.
        response.Headers[HeaderNames.CacheControl] = Cacheable;
        return Results.Bytes(picture.Data, picture.ContentType);
    }

    /// <summary>For people alone, so a refusal is in the visitor's language.</summary>
    private static async Task<IResult> GetReconstructionAsync(
        string station, long sequence, ModelPictures pictures, IStringLocalizer<Words> words, HttpResponse response, CancellationToken cancellation)
    {
        return Answer(await pictures.GetAsync(station, sequence).WaitAsync(cancellation), Cacheable, words, response);
    }

    /// <summary>From memory where the part is among the last, else by the model. For people alone, so a refusal is in the visitor's language.</summary>
    private static async Task<IResult> GetSampleMapAsync(
        long id, string kind, SampleStore samples, PictureMaker kept, ModelPictures pictures, IStringLocalizer<Words> words, HttpResponse response, CancellationToken cancellation)
    {
        if (!(await samples.GetAsync(id, cancellation)).TryGet(out var sample, out var error)) return Missing(response, error.Message);
        var which = Enum.Parse<PictureKind>(kind, ignoreCase: true);
        var made = kept.Make(sample.Station, sample.Sequence, which, Math.Clamp(sample.Width, LeastWidth, MostWidth)) is { } picture
            ? new ModelPicture(picture)
            : await pictures.GetMapAsync(sample, which).WaitAsync(cancellation);

        // Where the model that judged the part is gone, it is of the one that is active now, and another one may come.
        return Answer(made, CacheableForNow, words, response);
    }

    private static IResult Answer(ModelPicture made, string cacheable, IStringLocalizer<Words> words, HttpResponse response)
    {
        response.Headers[HeaderNames.CacheControl] = made.State == ModelPictureState.Made ? cacheable : NotCacheable;
        return made.State switch
        {
            ModelPictureState.Made => Results.Bytes(made.Data, made.ContentType),
            ModelPictureState.Busy => Results.Problem(ModelPictureText.Of(made, words), statusCode: StatusCodes.Status503ServiceUnavailable),
            _ => Results.Problem(ModelPictureText.Of(made, words), statusCode: StatusCodes.Status404NotFound),
        };
    }

    private static async Task<IResult> GetEvidenceAsync(string station, long sequence, EvidenceFile evidence, DownloadLog downloads, HttpContext http)
    {
        if (evidence.Make(station, sequence) is not { } file) return Missing(http.Response, $"No frame of inspection {sequence} of station \"{station}\" is kept.");
        await downloads.NoteAsync(Visit.Of(http).Who!.ToCaller(Origins.ConsoleOf(http)), "evidence.download", station, new { sequence });
        return Results.Bytes(file, "application/zip", $"{station}-{sequence}.zip");
    }

    private static async Task<IResult> GetSampleAsync(long id, int? width, SampleStore samples, PictureMaker pictures, HttpResponse response, CancellationToken cancellation)
    {
        if (Refuse(width) is { } refused) return refused;
        if (!(await samples.GetAsync(id, cancellation)).TryGet(out var sample, out var error)) return Missing(response, error.Message);
        if (!(await samples.ReadPictureAsync(sample, cancellation)).TryGet(out var file, out error)) return Missing(response, error.Message);
        response.Headers[HeaderNames.CacheControl] = Cacheable;
        var picture = pictures.MakeSample(sample, file, width ?? 0);
        return Results.Bytes(picture.Data, picture.ContentType);
    }

    private static IResult? Refuse(int? width) => width is < LeastWidth or > MostWidth
        ? Results.Problem($"width is {width}; it must be {LeastWidth}..{MostWidth} pixels.", statusCode: StatusCodes.Status400BadRequest)
        : null;

    /// <summary>A picture that is not there now will not come later, but nobody should remember that.</summary>
    private static IResult Missing(HttpResponse response, string message)
    {
        response.Headers[HeaderNames.CacheControl] = NotCacheable;
        return Results.Problem(message, statusCode: StatusCodes.Status404NotFound);
    }
}
