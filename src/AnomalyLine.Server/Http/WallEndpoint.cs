using AnomalyLine.Inspection;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Grpc;

namespace AnomalyLine.Server.Http;

/// <summary>Lets a browser in that has a link to the wall view.</summary>
internal static class WallEndpoint
{
    private const string Path = "/wall/key";
    private const int LongestSecret = 128;

    public static void MapWall(this WebApplication app) => app.MapPost(Path, EnterAsync).DisableAntiforgery();

    private static async Task<IResult> EnterAsync(HttpContext http, AccessControl access, RefusalLog refusals)
    {
        var buffer = new byte[LongestSecret + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        if (length <= LongestSecret && access.EnterWall(http, System.Text.Encoding.UTF8.GetString(buffer, 0, length))) return Results.NoContent();
        await refusals.NoteAsync(http.ToCaller(), $"POST {Path}", new LineError(LineErrorCode.NotSignedIn, "the link to the wall view is unknown, or was revoked"));
        return Results.Problem("The link to the wall view is unknown, or was revoked.", statusCode: StatusCodes.Status401Unauthorized);
    }
}
