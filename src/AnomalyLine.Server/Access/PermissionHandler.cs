using Microsoft.AspNetCore.Authorization;

namespace AnomalyLine.Server.Access;

/// <summary>
/// The one policy of authorization, for every request that reaches the server: what <see cref="Permissions"/> says of its endpoint. It is the fallback policy, and no endpoint may carry another
/// one or let everybody in by itself: a test holds the served endpoints to that.
/// </summary>
internal sealed class PermissionHandler(AccessControl access) : AuthorizationHandler<PermissionHandler.Requirement>
{
    /// <summary>The policy.</summary>
    public static AuthorizationPolicy Policy { get; } = new([new Requirement()], []);

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        // Without an endpoint the routing answers that there is nothing at the address.
        if (context.Resource is not HttpContext http) context.Fail(new AuthorizationFailureReason(this, "It is no request."));
        else if (http.GetEndpoint() is { } endpoint && Visit.Of(http) is var visit && access.Refuse(visit.Who, Permissions.NameOf(endpoint), visit.Why) is { } refused)
        {
            // The web server hands on no reason where nobody is signed in.
            http.Features.Set(visit with { Refused = refused });
            context.Fail(new AuthorizationFailureReason(this, refused.Message));
        }
        else context.Succeed(requirement);

        return Task.CompletedTask;
    }

    /// <summary>That the table allows the request.</summary>
    internal sealed class Requirement : IAuthorizationRequirement;
}
