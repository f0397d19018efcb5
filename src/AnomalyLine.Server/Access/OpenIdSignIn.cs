using AnomalyLine.Server.Options;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AnomalyLine.Server.Access;

/// <summary>Sign-in to the console by a provider of OpenID Connect: it ends in a session of the server's own, as one by password does.</summary>
internal static class OpenIdSignIn
{
    private const string Provider = "provider";

    /// <summary>The handler wants the name of a scheme to sign in with; the session is begun before it would be used.</summary>
    private const string Unused = "unused";

    private const int LongestName = 64;

    public static void AddOpenId(this IServiceCollection services, OpenIdOptions openId) =>
        services.AddAuthentication().AddCookie(Unused).AddOpenIdConnect(Provider, options =>
        {
            options.SignInScheme = Unused;
            options.Authority = openId.Authority;
            options.ClientId = openId.ClientId;
            options.ClientSecret = openId.ClientSecret.Length > 0 ? openId.ClientSecret : null;
            options.RequireHttpsMetadata = openId.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            options.ResponseType = OpenIdConnectResponseType.Code;
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            options.CallbackPath = "/sign-in/provider/back";
            options.MapInboundClaims = false;
            // The provider's answer is a plain redirect, with which these are sent also without https.
            options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Events.OnTicketReceived = context => SignInAsync(context, openId);
            options.Events.OnRemoteFailure = context =>
            {
                context.HandleResponse();
                Refuse(context.HttpContext, $"The provider did not sign you in: {context.Failure?.Message}");
                return Task.CompletedTask;
            };
        });

    public static void MapOpenId(this WebApplication app) => app
        .MapGet("/sign-in/provider", (HttpRequest request) => Results.Challenge(new AuthenticationProperties { RedirectUri = Origins.LocalPath(request.Query["return"]) }, [Provider]));

    private static async Task SignInAsync(TicketReceivedContext context, OpenIdOptions openId)
    {
        context.HandleResponse();
        var claims = context.Principal?.Claims.ToList() ?? [];
        var name = claims.Find(claim => claim.Type == openId.NameClaim)?.Value ?? claims.Find(claim => claim.Type == "sub")?.Value ?? "";
        if (name.Length > LongestName) name = name[..LongestName];
        if (openId.RoleOf([.. claims.Where(claim => claim.Type == openId.RoleClaim).Select(claim => claim.Value)]) is not { } role)
        {
            Refuse(context.HttpContext, $"\"{name}\" has no role here: ask an administrator of the provider for one of its groups that give one.");
            return;
        }

        await context.HttpContext.RequestServices.GetRequiredService<AccessControl>().SignInAsync(context.HttpContext, new Identity(IdentityKind.Provider, name, role), proof: "");
        context.Response.Redirect(Origins.LocalPath(context.ReturnUri));
    }

    private static void Refuse(HttpContext http, string error)
    {
        http.RequestServices.GetRequiredService<FormAnswers>().Keep(http, new FormAnswer(error));
        http.Response.Redirect("/sign-in");
    }
}
