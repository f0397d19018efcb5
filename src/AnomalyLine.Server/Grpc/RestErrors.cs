using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace AnomalyLine.Server.Grpc;

/// <summary>Answers of REST that failed before a call could: the same body as a failed call has.</summary>
internal static class RestErrors
{
    private static readonly JsonFormatter s_json = new(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromMessages(ErrorInfo.Descriptor)));

    /// <summary>Whether a request is for REST, known call or not.</summary>
    public static bool IsRest(HttpContext http) => http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal);

    /// <summary>A caller that is nobody, or may not.</summary>
    public static Task WriteAsync(HttpContext http, LineError refused) =>
        WriteAsync(
            http,
            LineErrors.ToHttpStatus(refused.Code),
            LineErrors.ToStatus(refused.ToRpcException().StatusCode, LineErrors.Word(refused.Code), refused.Message, ""));

    /// <summary>A call that failed with a word, made by something else than the transcoder.</summary>
    public static Task WriteAsync(HttpContext http, RpcException failure) => WriteAsync(
        http,
        failure.StatusCode == StatusCode.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest,
        Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin")));

    /// <summary>A field or a parameter that is wrong.</summary>
    public static Task WriteAsync(HttpContext http, string field, string message) =>
        WriteAsync(
            http,
            StatusCodes.Status400BadRequest,
            LineErrors.ToStatus(StatusCode.InvalidArgument, "invalid-argument", $"{field}: {message}", field));

    /// <summary>What the web server answered without a body, such as 404 for a path that nobody has.</summary>
    public static Task WriteAsync(HttpContext http, int status)
    {
        var asked = ControlCharacters.Escape($"{http.Request.Method} {http.Request.Path}");
        var type = ControlCharacters.Escape(http.Request.ContentType ?? "");
        var (code, word, message) = status switch
        {
            StatusCodes.Status404NotFound =>
                (StatusCode.NotFound, "path-not-found", $"There is no call {asked}; /openapi/v1.json lists them."),
            StatusCodes.Status405MethodNotAllowed =>
                (StatusCode.Unimplemented, "method-not-allowed", $"There is no call {asked}; the path takes {http.Response.Headers.Allow}."),
            StatusCodes.Status413PayloadTooLarge =>
                (StatusCode.ResourceExhausted, "body-too-large", "The body is larger than the server reads; send less at a time, or use gRPC."),
            StatusCodes.Status415UnsupportedMediaType =>
                (StatusCode.InvalidArgument, "unsupported-media-type", $"The body's type is '{type}'; send JSON with the header content-type: application/json."),
            _ => (StatusCode.Unknown, "request-failed", $"{asked} failed with status {status}."),
        };
        return WriteAsync(http, status, LineErrors.ToStatus(code, word, message, ""));
    }

    private static Task WriteAsync(HttpContext http, int status, Google.Rpc.Status body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(s_json.Format(body));
    }
}
