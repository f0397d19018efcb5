using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Grpc;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Finds out who sent each request, and refuses what is no call of the contract: pages to those who are nobody, and what is only for others. Calls are decided by
/// <see cref="AccessInterceptor"/>, over gRPC and REST alike. What nobody thought of needs a <see cref="AccessRole.Viewer"/>.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessControl access)
{
    public Task InvokeAsync(HttpContext http)
    {
        var (who, why) = access.Identify(http);
        http.Features.Set(new Visit(who, why));
        if (who is not null) http.User = who.ToPrincipal();
        var endpoint = http.GetEndpoint();
        var isPage = endpoint?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        var isCall = endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null || endpoint?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null;
        if (who is not null && (isPage || isCall)) access.Sessions.Click(who.Session);
        if (endpoint is null || isCall || endpoint.Metadata.GetMetadata<OpenAttribute>() is not null) return next(http);
        var needs = new CallRule(endpoint.Metadata.GetMetadata<NeedsAttribute>()?.Least ?? AccessRole.Viewer);
        if (access.Refuse(who, needs, why) is not { } refused) return next(http);
        if (RestErrors.IsRest(http)) return RestErrors.WriteAsync(http, refused);
        if (!isPage) return Results.Problem(refused.Message, statusCode: LineErrors.ToHttpStatus(refused.Code)).ExecuteAsync(http);
        if (refused.Code == LineErrorCode.RoleMissing) return Redirect(http, $"/no-access?needs={needs.Least}");
        return Redirect(http, access.NeedsSetup ? "/setup" : $"/sign-in?return={Uri.EscapeDataString(Origins.LocalPath(http.Request.Path + http.Request.QueryString))}");
    }

    private static Task Redirect(HttpContext http, string address)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Redirect(address);
        return Task.CompletedTask;
    }
}
