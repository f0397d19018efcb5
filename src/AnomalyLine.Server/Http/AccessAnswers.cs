using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Grpc;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace AnomalyLine.Server.Http;

/// <summary>
/// What follows from the policy of <see cref="PermissionHandler"/>: a request that it allows goes on with a bound on its body; one that it refuses is answered before anything of its body is read,
/// a call as gRPC and REST answer, a page by the way to the sign-in.
/// </summary>
internal sealed class AccessAnswers(AccessControl access, RefusalLog refusals) : IAuthorizationMiddlewareResultHandler
{
    /// <summary>Of a request that is no call: forms, and what the console's script sends.</summary>
    private const long MostBytes = 1 << 20, MostBytesOfStrangers = 1 << 16;

    public Task HandleAsync(RequestDelegate next, HttpContext http, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        var (who, endpoint) = (Visit.Of(http).Who, http.GetEndpoint());
        var refused = authorizeResult.Succeeded ? null : Visit.Of(http).Refused ?? new LineError(LineErrorCode.RoleMissing, "Nobody may do this.");
        if (Permissions.CallOf(endpoint) is { } call) return CallAsync(next, http, call, refused);
        Bound(http, who is null ? MostBytesOfStrangers : MostBytes);
        var isPage = endpoint?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        if (who is not null && isPage) access.Sessions.Click(who.Session);
        if (refused is null) return next(http);
        if (RestErrors.IsRest(http)) return RestErrors.WriteAsync(http, refused);
        if (!isPage) return Results.Problem(refused.Message, statusCode: LineErrors.ToHttpStatus(refused.Code)).ExecuteAsync(http);
        if (who is { MustEnrol: true }) return Redirect(http, "/account");
        if (refused.Code == LineErrorCode.RoleMissing && who?.Kind != IdentityKind.Wall) return Redirect(http, $"/no-access?needs={Permissions.All.GetValueOrDefault(Permissions.NameOf(endpoint!))?.Least ?? AccessRole.Administrator}");
        return Redirect(http, access.NeedsSetup ? "/setup" : $"/sign-in?return={Uri.EscapeDataString(Origins.LocalPath(http.Request.Path + http.Request.QueryString))}");
    }

    private async Task CallAsync(RequestDelegate next, HttpContext http, string call, LineError? refused)
    {
        if (Visit.Of(http).Who is { } who) access.Sessions.Click(who.Session);
        var rule = Permissions.All.GetValueOrDefault(call);
        if (refused is not null)
        {
            // What only reads is refused without an entry: the audit is of changes.
            if (rule is null || rule.Least > AccessRole.Viewer) await refusals.NoteAsync(http.ToCaller(), call, refused);
            await RefusedCall.AnswerAsync(http, refused);
            return;
        }

        // Over gRPC each message has its own bound, and a larger one an answer that says so.
        Bound(http, RefusedCall.IsGrpc(http) ? null : rule!.MostBytes);
        await next(http);
    }

    private static void Bound(HttpContext http, long? bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = bytes;
    }

    private static Task Redirect(HttpContext http, string address)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Redirect(address);
        return Task.CompletedTask;
    }
}
