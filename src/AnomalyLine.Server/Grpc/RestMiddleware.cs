using AnomalyLine.Imaging;
using AnomalyLine.Server.Rest;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing.Template;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// Holds REST to the contract, as the transcoder ignores what it does not know: a request with a field or parameter that its call does not have,
/// or a value that is none of its type, is refused with the name. Gives every failure the documented body. After
/// access is checked: who may not call learns that and nothing else.
/// </summary>
internal sealed class RestMiddleware(RequestDelegate next, EndpointDataSource endpoints)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (!RestErrors.IsRest(http))
        {
            await next(http);
            return;
        }

        var call = http.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>();
        if (call is not null && !await IsRightAsync(http, call)) return;
        await next(http);
        if (call is null && http.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound } && MethodsAt(http.Request.Path) is { Count: > 0 } methods)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = string.Join(", ", methods);
        }

        var hasNoBody = http.Response is { HasStarted: false, ContentType: null, ContentLength: null };
        if (hasNoBody && http.Response.StatusCode >= 400) await RestErrors.WriteAsync(http, http.Response.StatusCode);
    }

    /// <summary>The HTTP methods of the calls at a path.</summary>
    private List<string> MethodsAt(PathString path) =>
    [
        .. endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null
                && new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(path, []))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether the request is one; else the answer says what is wrong with it.</summary>
    private static async Task<bool> IsRightAsync(HttpContext http, GrpcJsonTranscodingMetadata call)
    {
        var (message, body) = (call.MethodDescriptor.InputType, call.HttpRule.Body);
        if (body.Length > 0 && http.Request.Query.Keys.FirstOrDefault() is { } parameter)
            return await RefuseAsync(http, parameter, "the call has no parameters after '?'; send it in the body.");
        if (RestFields.CheckParameters(http.Request, message, []) is { } wrong) return await RefuseAsync(http, wrong.Field, wrong.Message);
        return body.Length == 0 || await IsBodyRightAsync(http, body == "*" ? message : message.FindFieldByName(body).MessageType);
    }

    private static async Task<bool> IsBodyRightAsync(HttpContext http, Google.Protobuf.Reflection.MessageDescriptor message)
    {
        if (!http.Request.HasJsonContentType())
        {
            await RestErrors.WriteAsync(http, StatusCodes.Status415UnsupportedMediaType);
            return false;
        }

        // The transcoder reads all of a body at once too, and from memory now.
        var read = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(read, http.RequestAborted);
            read.Position = 0;
            http.Request.Body = read;
            return RestFields.Check(read.GetBuffer().AsMemory(0, (int)read.Length), message) is not { } wrong || await RefuseAsync(http, wrong.Field, wrong.Message);
        }
        catch (BadHttpRequestException failure)
        {
            await RestErrors.WriteAsync(http, failure.StatusCode);
            return false;
        }
    }

    private static async Task<bool> RefuseAsync(HttpContext http, string field, string message)
    {
        await RestErrors.WriteAsync(http, ControlCharacters.Escape(field), ControlCharacters.Escape(message));
        return false;
    }
}
