using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>The second factor of users: set up in the console, asked for at the sign-in, taken away by an administrator, required by role.</summary>
public sealed partial class SecondFactorSignInTests
{
    private const string Password = "a password of anna";
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task SignIn_WithASecondFactor_WantsACodeThatCountsOnceOrARecoveryCodeThatCountsOnce()
    {
        await using var server = await StartAsync();
        using var first = new Browser(server);
        Assert.Equal("/", await first.SignInAsync("anna", Password));
        var (secret, codes) = await EnrolAsync(first);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/samples")).Status);
        Assert.DoesNotContain(codes[0], (await first.GetAsync("/account")).Text, StringComparison.Ordinal);

        using var second = new Browser(server);
        Assert.Equal("/sign-in/code?return=/samples", await second.SignInAsync("anna", Password, "/samples"));
        Assert.StartsWith("/sign-in", (await second.GetAsync("/samples")).Location, StringComparison.Ordinal);
        Assert.Contains("was used already", await CodeAsync(second, CodeOf(secret)), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("/samples", await CodeAsync(second, CodeOf(secret), "/samples"));
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/samples")).Status);

        using var third = new Browser(server);
        await third.SignInAsync("anna", Password);
        Assert.Equal("/", await CodeAsync(third, codes[0]));
        using var fourth = new Browser(server);
        await fourth.SignInAsync("anna", Password);
        Assert.Contains("was used already", await CodeAsync(fourth, codes[0]), StringComparison.Ordinal);
        var actions = await ActionsAsync(server);
        Assert.Equal(["session.begin", "user.second-factor", "access.refused", "session.begin", "user.second-factor.recovery", "session.begin"], actions);
        Assert.DoesNotContain(codes[0], string.Concat((await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.NewValue)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_ManyWrongCodes_AreSlowedDownAndEndForTheUserFromWhereverTheyCome()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        await EnrolAsync(browser);
        using var guesser = new Browser(server);
        await guesser.SignInAsync("anna", Password);
        for (var i = 0; i < 3; i++) Assert.Contains("The code is wrong", await CodeAsync(guesser, "000000"), StringComparison.Ordinal);
        Assert.Contains("Try again in 1 s", await CodeAsync(guesser, "000000"), StringComparison.Ordinal);

        var signIn = server.Get<SecondFactorSignIn>();
        var user = server.Get<AccessControl>().Users.Find("anna")!;
        var token = signIn.Begin(user);
        for (var i = 3; i < 30; i++) Assert.NotNull((await TryAsync($"10.0.0.{i}")).Wrong);
        Assert.Contains("More than 30 wrong codes in an hour", (await TryAsync("10.0.0.31")).Wrong!.Message, StringComparison.Ordinal);
        Assert.Contains("sign-in code anna", (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Subject));

        Task<(Account? User, Inspection.LineError? Wrong, TimeSpan Wait)> TryAsync(string address) => signIn.TryAsync(token, "000000", address, new Management.Audit.Caller("", address));
    }

    [Fact]
    public async Task SignIn_StepThatTookTooLongOrOfAnotherPassword_BeginsAnew()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        var (secret, _) = await EnrolAsync(browser);
        using var late = new Browser(server);
        await late.SignInAsync("anna", Password);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("took too long", await CodeAsync(late, CodeOf(secret)), StringComparison.Ordinal);

        await late.SignInAsync("anna", Password);
        server.Get<AccessControl>().Users.SetPassword("anna", "another password of anna");
        Assert.Contains("took too long", await CodeAsync(late, CodeOf(secret)), StringComparison.Ordinal);
        Assert.True(UserList.HasSecondFactor(server.Get<AccessControl>().Users.Find("anna")!));
        using var never = new Browser(server);
        Assert.Contains("took too long", await CodeAsync(never, CodeOf(secret)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_ByAnAdministrator_EndsItAndTheSessions()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        await EnrolAsync(browser);
        Assert.True((await server.Access.ListUsersAsync(new(), cancellationToken: TestServer.Cancel)).Users[0].HasSecondFactor);

        using var removed = await server.Http.DeleteAsync(new Uri("/v1/users/anna/second-factor", UriKind.Relative), TestServer.Cancel);
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);

        Assert.StartsWith("/sign-in", (await browser.GetAsync("/samples")).Location, StringComparison.Ordinal);
        Assert.Equal("/", await browser.SignInAsync("anna", Password));
        Assert.Equal("user.second-factor.remove", (await ActionsAsync(server))[^2]);
        Assert.False((await server.Access.ListUsersAsync(new(), cancellationToken: TestServer.Cancel)).Users[0].HasSecondFactor);
    }

    [Fact]
    public async Task Account_WrongPasswordOrWrongCode_SetsNothingUp()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);

        Assert.Contains("The current password is wrong", (await browser.SendAsync("/account", "/account/second-factor", ("current", "not her password"))).Location, StringComparison.Ordinal);
        Assert.Contains("Begin anew", (await browser.SendAsync("/account", "/account/second-factor/confirm", ("code", "000000"))).Location, StringComparison.Ordinal);
        await browser.SendAsync("/account", "/account/second-factor", ("current", Password));
        Assert.Contains("The code is wrong", (await browser.SendAsync("/account", "/account/second-factor/confirm", ("code", "00000"))).Location, StringComparison.Ordinal);
        Assert.False(UserList.HasSecondFactor(server.Get<AccessControl>().Users.Find("anna")!));
    }

    [Fact]
    public async Task Role_ThatNeedsASecondFactor_SetsItUpBeforeAnythingElse()
    {
        await using var server = await StartAsync("--AnomalyLine:Access:SecondFactorFor=Engineer, Administrator");
        var access = server.Get<AccessControl>();
        access.Users.Add("otto", AccessRole.Operator, Password);
        using var free = new Browser(server);
        await free.SignInAsync("otto", Password);
        Assert.Equal(HttpStatusCode.OK, (await free.GetAsync("/samples")).Status);

        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        foreach (var page in (string[])["/", "/samples", "/users", "/training"]) Assert.Equal("/account", (await browser.GetAsync(page)).Location);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/v1/stations")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/system/backup")).Status);
        Assert.Contains("Your role needs one", (await browser.GetAsync("/account")).Text, StringComparison.Ordinal);

        await EnrolAsync(browser);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/users")).Status);
        access.Users.SetRole("otto", AccessRole.Engineer);
        Assert.Equal("/account", (await free.GetAsync("/samples")).Location);
    }

    [Fact]
    public void Validate_RoleThatNoUserHas_IsNamed() =>
        Assert.Contains("\"Camera\"", Assert.Single(new AccessOptions { SecondFactorFor = "Engineer, Camera" }.Validate()), StringComparison.Ordinal);

    private async Task<TestServer> StartAsync(params string[] settings)
    {
        var server = await TestServer.StartAsync(services => services.AddSingleton<TimeProvider>(_time), settings);
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Administrator, Password);
        return server;
    }

    /// <summary>Sets a second factor up, as a person with an app does.</summary>
    private async Task<(string Secret, string[] Codes)> EnrolAsync(Browser browser)
    {
        await browser.SendAsync("/account", "/account/second-factor", ("current", Password));
        var page = WebUtility.HtmlDecode((await browser.GetAsync("/account")).Text);
        var secret = Secret().Match(page).Groups[1].Value;
        Assert.Contains("<svg class=\"qr\"", page, StringComparison.Ordinal);
        Assert.Equal("/account", (await browser.SendAsync("/account", "/account/second-factor/confirm", ("code", CodeOf(secret)))).Location);
        var codes = Codes().Match(WebUtility.HtmlDecode((await browser.GetAsync("/account")).Text)).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(SecondFactorList.RecoveryCodes, codes.Length);
        return (secret, codes);
    }

    private static async Task<string> CodeAsync(Browser browser, string code, string address = "/") =>
        (await browser.SendAsync("/sign-in/code", ("code", code), ("return", address))).Location;

    /// <summary>What an app shows.</summary>
    internal static string CodeOf(string secret, DateTimeOffset now) => Totp.CodeOf(Decode(secret), Totp.StepOf(now));

    private string CodeOf(string secret) => CodeOf(secret, _time.GetUtcNow());

    private static byte[] Decode(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => byte.Parse(bits.AsSpan(i * 8, 8), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture))];
    }

    private static async Task<List<string>> ActionsAsync(TestServer server) => [.. (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Action)];

    [GeneratedRegex("otpauth://totp/AnomalyLine:anna\\?secret=([A-Z2-7]{32})&issuer=AnomalyLine")]
    private static partial Regex Secret();

    [GeneratedRegex("<code class=\"secret codes\">([^<]+)</code>")]
    private static partial Regex Codes();
}
