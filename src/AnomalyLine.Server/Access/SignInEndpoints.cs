using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;

namespace AnomalyLine.Server.Access;

/// <summary>What the forms of the sign-in, the sign-out and the first start are sent to. Plain forms with a token against other sites; they need no script.</summary>
internal static class SignInEndpoints
{
    private const string AnyUser = "";

    public static void MapSignIn(this WebApplication app)
    {
        Map(app.MapPost("/sign-in", SignInAsync), "/sign-in");
        Map(app.MapPost("/sign-out", SignOut), "/");
        Map(app.MapPost("/setup", SetupAsync), "/setup");
    }

    /// <summary>The token against other sites is checked here, so that a page that was open for too long is shown anew instead of an empty error.</summary>
    private static void Map(RouteHandlerBuilder route, string page) => route.DisableAntiforgery().WithMetadata(OpenAttribute.Instance).AddEndpointFilter(async (call, next) =>
        await call.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(call.HttpContext)
            ? await next(call)
            : Again(page, "This page was open for too long. Try again.", null, null));

    private static async Task<IResult> SignInAsync(
        [FromForm] string? name, [FromForm] string? password, [FromForm(Name = "return")] string? address, AccessControl access, PasswordCheck check, RefusalLog refusals, HttpContext http)
    {
        var (user, wait) = await check.TryAsync(name ?? "", password ?? "", AddressOf(http), http.RequestAborted);
        if (user is not null)
        {
            access.SignIn(http, new Identity(IdentityKind.User, user.Name, user.Role), user.Secret);
            return Results.LocalRedirect(Origins.LocalPath(address));
        }

        await refusals.NoteAsync(new Caller("", $"{AddressOf(http)} (nobody)"), "sign-in", new LineError(LineErrorCode.NotSignedIn, $"wrong name or password for \"{name}\""));
        return Again("/sign-in", wait > TimeSpan.Zero ? $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalSeconds)} s." : "The name or the password is wrong.", address, name);
    }

    private static IResult SignOut(AccessControl access, HttpContext http)
    {
        access.SignOut(http);
        return Results.LocalRedirect("/sign-in");
    }

    private static async Task<IResult> SetupAsync(
        [FromForm] string? name, [FromForm] string? password, [FromForm] string? again, [FromForm] string? code, AccessControl access, Setup setup, SignInThrottle throttle, HttpContext http)
    {
        var address = AddressOf(http);
        if (password != again) return Again("/setup", "The two passwords differ.", null, name);
        if (throttle.Try(AnyUser, address) is { Ticks: > 0 } wait) return Again("/setup", $"Too many tries. Try again in {Math.Ceiling(wait.TotalSeconds)} s.", null, name);
        var outcome = await setup.RunAsync(name ?? "", password ?? "", code ?? "", http.IsFromThisMachine(), address);
        if (!outcome.TryGet(out var user, out var error)) return Again("/setup", error.Message, null, name);
        throttle.Forget(AnyUser, address);
        access.SignIn(http, new Identity(IdentityKind.User, user.Name, user.Role), user.Secret);
        return Results.LocalRedirect("/");
    }

    private static IResult Again(string page, string error, string? address, string? name) =>
        Results.LocalRedirect($"{page}?error={Uri.EscapeDataString(error)}&return={Uri.EscapeDataString(Origins.LocalPath(address))}&name={Uri.EscapeDataString(name is { Length: <= 64 } ? name : "")}");

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
