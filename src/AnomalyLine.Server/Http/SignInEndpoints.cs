using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Console;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Http;

/// <summary>What the forms of the sign-in, the sign-out, the first start and the own password are sent to. Plain forms with a token against other sites; they need no script.</summary>
internal static class SignInEndpoints
{
    private const string AnyUser = "";
    private const int LongestName = 64;

    public static void MapSignIn(this WebApplication app)
    {
        Map(app.MapPost("/sign-in", SignInAsync), "/sign-in");
        Map(app.MapPost("/sign-in/code", SignInCodeAsync), "/sign-in/code");
        Map(app.MapPost("/sign-out", SignOutAsync), "/");
        Map(app.MapPost("/setup", SetupAsync), "/setup");
        Map(app.MapPost("/account/password", ChangePasswordAsync), "/account");
        Map(app.MapPost("/account/second-factor", BeginSecondFactorAsync), "/account");
        Map(app.MapPost("/account/second-factor/confirm", ConfirmSecondFactorAsync), "/account");
        Map(app.MapPost("/account/second-factor/remove", RemoveSecondFactorAsync), "/account");
    }

    /// <summary>The token against other sites is checked here, so that a page that was open for too long is shown anew instead of an empty error.</summary>
    private static void Map(RouteHandlerBuilder route, string page) => route.DisableAntiforgery().AddEndpointFilter(async (call, next) =>
        await call.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(call.HttpContext)
            ? await next(call)
            : Again(call.HttpContext, page, call.HttpContext.RequestServices.GetRequiredService<IStringLocalizer<Words>>()["This page was open for too long. Try again."], null, null));

    private static async Task<IResult> SignInAsync(
        [FromForm] string? name, [FromForm] string? password, [FromForm(Name = "return")] string? address, AccessControl access, PasswordCheck check, SecondFactorSignIn second, RefusalLog refusals, IStringLocalizer<Words> words,
        HttpContext http)
    {
        name = name is { Length: > LongestName } ? name[..LongestName] : name ?? "";
        var (user, wait) = await check.TryAsync(name, password ?? "", Origins.AddressOf(http), http.RequestAborted);
        if (user is not null && UserList.HasSecondFactor(user))
        {
            access.KeepStep(http, second.Begin(user));
            return Results.LocalRedirect($"/sign-in/code?return={Uri.EscapeDataString(Origins.LocalPath(address))}");
        }

        if (user is not null)
        {
            await access.SignInAsync(http, new Identity(IdentityKind.User, user.Name, user.Role), user.Secret);
            return Results.LocalRedirect(Origins.LocalPath(address));
        }

        await refusals.NoteAsync(new Caller("", $"{Origins.AddressOf(http)} (nobody)"), $"sign-in {name}".TrimEnd(), new LineError(LineErrorCode.NotSignedIn, $"wrong name or password for \"{name}\""));
        return Again(http, "/sign-in", wait > TimeSpan.Zero ? words["Too many wrong passwords. Try again in {0} s.", Math.Ceiling(wait.TotalSeconds)] : words["The name or the password is wrong."], address, name);
    }

    private static async Task<IResult> SignInCodeAsync(
        [FromForm] string? code, [FromForm(Name = "return")] string? address, AccessControl access, SecondFactorSignIn second, IStringLocalizer<Words> words, HttpContext http)
    {
        var from = new Caller("", Origins.ConsoleOf(http));
        var (user, wrong, wait) = await second.TryAsync(access.StepOf(http), code ?? "", Origins.AddressOf(http), from);
        if (user is not null)
        {
            access.EndStep(http);
            await access.SignInAsync(http, new Identity(IdentityKind.User, user.Name, user.Role), user.Secret);
            return Results.LocalRedirect(Origins.LocalPath(address));
        }

        if (wrong is null) return Again(http, "/sign-in", words["The sign-in took too long. Begin anew."], address, null);
        return Again(http, "/sign-in/code", wait > TimeSpan.Zero ? words["Too many wrong codes. Try again in {0} s.", Math.Ceiling(wait.TotalSeconds)] : words[wrong.Message], address, null);
    }

    private static async Task<IResult> SignOutAsync(AccessControl access, HttpContext http)
    {
        await access.SignOutAsync(http);
        return Results.LocalRedirect("/sign-in");
    }

    private static async Task<IResult> SetupAsync(
        [FromForm] string? name, [FromForm] string? password, [FromForm] string? again, [FromForm] string? code, AccessControl access, Setup setup, SignInThrottle throttle,
        IStringLocalizer<Words> words, HttpContext http)
    {
        var address = Origins.AddressOf(http);
        if (password != again) return Again(http, "/setup", words["The two passwords differ."], null, name);
        if (throttle.Try(AnyUser, address) is { Ticks: > 0 } wait) return Again(http, "/setup", words["Too many tries. Try again in {0} s.", Math.Ceiling(wait.TotalSeconds)], null, name);
        var outcome = await setup.RunAsync(name ?? "", password ?? "", code ?? "", address);
        if (!outcome.TryGet(out var user, out var error)) return Again(http, "/setup", error.Message, null, name);
        throttle.Forget(AnyUser, address);
        await access.SignInAsync(http, new Identity(IdentityKind.User, user.Name, user.Role), user.Secret);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> ChangePasswordAsync(
        [FromForm] string? current, [FromForm] string? password, [FromForm] string? again, OwnPassword own, IStringLocalizer<Words> words, HttpContext http)
    {
        // Who has no session any more signs in first.
        if (Visit.Of(http).Who is not { } who) return Results.LocalRedirect("/sign-in?return=%2Faccount");
        if (password != again) return Again(http, "/account", words["The two passwords differ."], null, null);
        var outcome = await own.ChangeAsync(who, current ?? "", password ?? "", Origins.AddressOf(http), who.ToCaller(Origins.ConsoleOf(http)), http.RequestAborted);
        return outcome.Error is { } error ? Again(http, "/account", words[error.Message], null, null) : Done(http);
    }

    private static Task<IResult> BeginSecondFactorAsync([FromForm] string? current, OwnSecondFactor own, IStringLocalizer<Words> words, HttpContext http) =>
        OnAccountAsync(http, words, who => own.BeginAsync(who, current ?? "", Origins.AddressOf(http), who.ToCaller(Origins.ConsoleOf(http)), http.RequestAborted));

    private static Task<IResult> ConfirmSecondFactorAsync([FromForm] string? code, OwnSecondFactor own, IStringLocalizer<Words> words, HttpContext http) =>
        OnAccountAsync(http, words, who => own.ConfirmAsync(who, code ?? "", who.ToCaller(Origins.ConsoleOf(http))));

    private static Task<IResult> RemoveSecondFactorAsync([FromForm] string? current, OwnSecondFactor own, IStringLocalizer<Words> words, HttpContext http) =>
        OnAccountAsync(http, words, who => own.RemoveAsync(who, current ?? "", Origins.AddressOf(http), who.ToCaller(Origins.ConsoleOf(http)), http.RequestAborted));

    private static async Task<IResult> OnAccountAsync(HttpContext http, IStringLocalizer<Words> words, Func<Identity, Task<LineError?>> change)
    {
        if (Visit.Of(http).Who is not { } who) return Results.LocalRedirect("/sign-in?return=%2Faccount");
        return await change(who) is { } error ? Again(http, "/account", words[error.Message], null, null) : Results.LocalRedirect("/account");
    }

    private static IResult Done(HttpContext http)
    {
        http.RequestServices.GetRequiredService<FormAnswers>().Keep(http, new FormAnswer(IsDone: true));
        return Results.LocalRedirect("/account");
    }

    /// <summary>Shows the form anew, with what was wrong.</summary>
    private static IResult Again(HttpContext http, string page, string error, string? address, string? name)
    {
        http.RequestServices.GetRequiredService<FormAnswers>().Keep(http, new FormAnswer(error, name ?? ""));
        return Results.LocalRedirect(Origins.LocalPath(address) is var back && back != "/" ? $"{page}?return={Uri.EscapeDataString(back)}" : page);
    }
}
