using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Grpc;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace AnomalyLine.Server.Http;

/// <summary>
/// Finds out who sent each request, and refuses before anything of its body is read what <see cref="Permissions"/> does not allow: calls over gRPC and REST alike, pages, and all other addresses.
/// What nobody thought of is refused. Bounds the body of what is let through.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, AccessControl access, RefusalLog refusals)
{
    /// <summary>Of a request that is no call: forms, and what the console's script sends.</summary>
    private const long MostBytes = 1 << 20, MostBytesOfStrangers = 1 << 16;

    public Task InvokeAsync(HttpContext http)
    {
        var (who, why) = access.Identify(http);
        http.Features.Set(new Visit(who, why));
        if (who is not null)
        {
            http.User = who.ToPrincipal(Origins.ConsoleOf(http));
            ConnectionGate.Know(http);
        }

        var endpoint = http.GetEndpoint();
        if (Permissions.CallOf(endpoint) is { } call) return CallAsync(http, call, who, why);
        Bound(http, who is null ? MostBytesOfStrangers : MostBytes);
        var isPage = endpoint?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        if (who is not null && isPage) access.Sessions.Click(who.Session);
        if (endpoint is null) return next(http);
        var name = Permissions.NameOf(endpoint);
        if (access.Refuse(who, name, why) is not { } refused) return next(http);
        if (RestErrors.IsRest(http)) return RestErrors.WriteAsync(http, refused);
        if (!isPage) return Results.Problem(refused.Message, statusCode: LineErrors.ToHttpStatus(refused.Code)).ExecuteAsync(http);
        if (who is { MustEnrol: true }) return Redirect(http, "/account");
        if (refused.Code == LineErrorCode.RoleMissing && who?.Kind != IdentityKind.Wall) return Redirect(http, $"/no-access?needs={Permissions.All.GetValueOrDefault(name)?.Least ?? AccessRole.Administrator}");
        return Redirect(http, access.NeedsSetup ? "/setup" : $"/sign-in?return={Uri.EscapeDataString(Origins.LocalPath(http.Request.Path + http.Request.QueryString))}");
    }

    private async Task CallAsync(HttpContext http, string call, Identity? who, string why)
    {
        if (who is not null) access.Sessions.Click(who.Session);
        var rule = Permissions.All.GetValueOrDefault(call);
        if (access.Refuse(who, call, why) is { } refused)
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
