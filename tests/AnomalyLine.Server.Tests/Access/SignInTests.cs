using System.Net;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Signing in to the console: forms, sessions, first start, demonstration.</summary>
public sealed class SignInTests
{
    private const string Password = "a password of anna";
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Page_WithANoticeOfThePlant_SaysItAsText()
    {
        await using var server = await StartAsync("--AnomalyLine:Access:Notice=Staff of plant 2 only.\n<b>All use is recorded.</b>");
        using var browser = new Browser(server);
        Assert.Contains("Staff of plant 2 only.", (await browser.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;All use is recorded.&lt;/b&gt;", (await browser.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstStart_WithTheCode_AsksForAPasswordOnceAndSignsIn()
    {
        await using var server = await TestServer.StartAsync();
        var code = ("code", server.Get<Setup>().Code);
        using var browser = new Browser(server);
        Assert.Equal("/setup", (await browser.GetAsync("/")).Location);
        Assert.Contains("differ", (await browser.SendAsync("/setup", ("name", "anna"), ("password", Password), ("again", "another password"), code)).Location, StringComparison.Ordinal);
        Assert.Contains("has 5 characters", (await browser.SendAsync("/setup", ("name", "anna"), ("password", "short"), ("again", "short"), code)).Location, StringComparison.Ordinal);

        Assert.Equal("/", (await browser.SendAsync("/setup", ("name", "anna"), ("password", Password), ("again", Password), code)).Location);
        var page = (await browser.GetAsync("/system")).Text;
        Assert.Contains("<strong>anna</strong>", page, StringComparison.Ordinal);
        Assert.Contains("Administrator", page, StringComparison.Ordinal);

        using var second = new Browser(server);
        Assert.StartsWith("/sign-in?return=", (await second.GetAsync("/")).Location, StringComparison.Ordinal);
        Assert.Contains("There are users already", (await second.GetAsync("/setup")).Text, StringComparison.Ordinal);
        Assert.Contains("users already", (await server.Get<Setup>().RunAsync("eve", Password, code.Item2, "here")).Error?.Message, StringComparison.Ordinal);
        Assert.Equal(["anna"], server.Get<AccessControl>().Users.All.Select(user => user.Name));
        Assert.Equal(["user.add", "session.begin"], (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Action));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA-BBBB-CCCC")]
    public async Task FirstStart_OnThisMachineWithoutTheCode_IsRefused(string code)
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new Browser(server);
        Assert.Contains("Code from the server", (await browser.GetAsync("/setup")).Text, StringComparison.Ordinal);

        Assert.Contains("The code is not", (await browser.SendAsync("/setup", ("name", "eve"), ("password", Password), ("again", Password), ("code", code))).Location, StringComparison.Ordinal);

        Assert.False(server.Get<AccessControl>().Users.Exists);
        Assert.Equal("anna", (await server.Get<Setup>().RunAsync("anna", Password, server.Get<Setup>().Code.ToLowerInvariant(), "10.0.0.9")).Value.Name);
    }

    [Fact]
    public async Task SignIn_RightAndWrongPasswords_SessionOrAPauseThatPasses()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?return=%2Fstations%2Fa%3Fpart%3D1"), await WhereAsync(browser, "/stations/a?part=1"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/stations/a/inspections/1/frame")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/v1/stations")).Status);
        for (var i = 0; i < 3; i++) Assert.Contains("is wrong", await browser.SignInAsync("anna", "not her password"), StringComparison.Ordinal);
        Assert.Contains("Try again in 1 s", await browser.SignInAsync("anna", Password), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("is wrong", await browser.SignInAsync("anna", "not her password"), StringComparison.Ordinal);
        Assert.Contains("Try again in 2 s", await browser.SignInAsync("anna", Password), StringComparison.Ordinal);
        Assert.Contains("is wrong", await browser.SignInAsync("nobody", Password), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("/stations/a?part=1", await browser.SignInAsync("anna", Password, "/stations/a?part=1"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/samples")).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/v1/stations")).Status);
        var cookie = Assert.Single(browser.Cookies.GetAllCookies(), cookie => cookie.Name.StartsWith("anomalyline-", StringComparison.Ordinal));
        Assert.True(cookie.HttpOnly);

        Assert.Equal("/sign-in", (await browser.SendAsync("/samples", "/sign-out")).Location);
        Assert.StartsWith("/sign-in?", (await browser.GetAsync("/samples")).Location, StringComparison.Ordinal);
        browser.Cookies.Add(cookie);
        Assert.StartsWith("/sign-in?", (await browser.GetAsync("/samples")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_NamesThatSomebodyHasAndThatNobodyHas_AreAnsweredAlike()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        for (var i = 0; i < 4; i++) await browser.SignInAsync($"nobody-{i}", "a wrong password");
        var answers = new List<List<string>>();
        foreach (var name in (string[])["anna", "root", "operator"])
        {
            var ofName = new List<string>();
            for (var i = 0; i < 4; i++) ofName.Add((await browser.SignInAsync(name, "a wrong password")).Split("&return")[0]);
            answers.Add(ofName);
        }

        Assert.Contains("is wrong", answers[0][0], StringComparison.Ordinal);
        Assert.Contains("Try again in 1 s", answers[0][3], StringComparison.Ordinal);
        Assert.All(answers, ofName => Assert.Equal(answers[0], ofName));
    }

    [Fact]
    public async Task SignIn_WhileHundredsAreTriedFromElsewhere_GetsIn()
    {
        await using var server = await StartAsync();
        var check = server.Get<PasswordCheck>();
        Assert.NotNull((await check.TryAsync("anna", Password, "10.0.0.1", TestServer.Cancel)).User);
        var crowd = Enumerable.Range(0, 200).Select(i => check.TryAsync("anna", "a wrong password", $"10.1.0.{i}", TestServer.Cancel)).ToList();

        var fromBefore = check.TryAsync("anna", Password, "10.0.0.1", TestServer.Cancel);
        var newest = check.TryAsync("anna", Password, "10.2.0.1", TestServer.Cancel);

        Assert.NotNull((await fromBefore).User);
        Assert.NotNull((await newest).User);
        Assert.All(await Task.WhenAll(crowd), wrong => Assert.Null(wrong.User));
        Assert.InRange(crowd.Count(wrong => wrong.Result.Wait > TimeSpan.Zero), 100, 200);
    }

    [Fact]
    public async Task SignInAndOut_AreNotedWithAddressAndIdentity()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", "a wrong password");
        await browser.SignInAsync("mallory", "a wrong password");
        await browser.SignInAsync("anna", Password);
        await browser.SendAsync("/samples", "/sign-out");

        var entries = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries;

        Assert.Equal(
            [("access.refused", "sign-in anna", "", "127.0.0.1 (nobody)"), ("access.refused", "sign-in mallory", "", "127.0.0.1 (nobody)"), ("session.begin", "anna", "anna", "console 127.0.0.1"), ("session.end", "anna", "anna", "console 127.0.0.1")],
            entries.Select(entry => (entry.Action, entry.Subject, entry.User, entry.Origin)));
    }

    [Fact]
    public async Task Session_WithoutAClick_EndsAndSoDoesOneOfAnotherPasswordOrARemovedUser()
    {
        await using var server = await StartAsync();
        var users = server.Get<AccessControl>().Users;
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        _time.Advance(TimeSpan.FromHours(7.9));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/samples")).Status);
        _time.Advance(TimeSpan.FromHours(7.9));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/samples/9/picture")).Status);
        _time.Advance(TimeSpan.FromHours(0.2));
        // A picture that a page fetched by itself was no click.
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);

        await browser.SignInAsync("anna", Password);
        Assert.Contains("Administrator", (await browser.GetAsync("/users")).Text, StringComparison.Ordinal);
        users.Add("bert", AccessRole.Administrator, Password);
        users.SetRole("anna", AccessRole.Operator);
        Assert.Equal("/no-access?needs=Administrator", (await browser.GetAsync("/users")).Location);
        Assert.Contains("For the role Engineer and above", (await browser.GetAsync("/training")).Text, StringComparison.Ordinal);
        users.SetPassword("anna", "another password");
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);
        await browser.SignInAsync("anna", "another password");
        users.Remove("anna");
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);
    }

    [Fact]
    public async Task Session_WithClicksAllTheTime_EndsAfterADay()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        for (var hour = 0; hour < 23; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/samples")).Status);
        }

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);
    }

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("evil")]
    [InlineData("/a\r\nSet-Cookie: b=c")]
    [InlineData("")]
    public async Task SignIn_ReturnAddressThatLeadsElsewhere_LeadsToTheLine(string address)
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        Assert.Equal("/", await browser.SignInAsync("anna", Password, address));
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/sign-in/code")]
    [InlineData("/setup")]
    public async Task Page_WithATextInItsAddress_DoesNotSayIt(string page)
    {
        await using var server = page == "/setup" ? await TestServer.StartAsync() : await StartAsync();
        using var browser = new Browser(server);
        const string Lie = "Call 555 0199 for another password";
        var address = $"{page}?error={Uri.EscapeDataString(Lie)}&name={Uri.EscapeDataString(Lie)}&done=true";

        DoesNotSayIt((await browser.GetAsync(address)).Text);

        // Nor what another site on this machine puts into the cookie.
        browser.Cookies.Add(server.Http.BaseAddress!, new Cookie("anomalyline-0-answer", Uri.EscapeDataString($"{{\"Error\":\"{Lie}\"}}")));
        DoesNotSayIt((await browser.GetAsync(page)).Text);

        // The whole number, as the form's random token may hold any three digits.
        static void DoesNotSayIt(string text) => Assert.DoesNotMatch("555( |%20|\\+)0199", text);
    }

    [Fact]
    public async Task SignIn_WrongPassword_IsSaidOnceToTheBrowserThatSentIt()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        using var other = new Browser(server);
        Assert.Equal("/sign-in?return=/samples says: The name or the password is wrong.", await browser.SignInAsync("anna", "not her password", "/samples"));
        Assert.DoesNotContain("is wrong", (await browser.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("is wrong", (await other.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_FormWithoutItsToken_DoesNothing()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([KeyValuePair.Create("name", "anna"), KeyValuePair.Create("password", Password)]) };
        using var answer = await browser.SendAsync(request);
        Assert.Equal("/sign-in", answer.Headers.Location?.ToString());
        Assert.Contains("This page was open for too long", (await browser.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/samples")).Status);
    }

    [Fact]
    public async Task Demo_BrowserOnThisMachine_IsAnOperatorAndIsToldSo()
    {
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(provider => new AccessControl(provider.GetRequiredService<AnomalyLineOptions>(), isDemo: true, _time)));
        using var browser = new Browser(server);
        var page = (await browser.GetAsync("/training")).Text;
        Assert.Contains("signed in as an operator", page, StringComparison.Ordinal);
        Assert.Contains("For the role Engineer and above", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">Train</button>", page, StringComparison.Ordinal);
        Assert.Equal("/no-access?needs=Administrator", (await browser.GetAsync("/users")).Location);
        using var train = new HttpRequestMessage(HttpMethod.Post, "/v1/stations") { Content = new StringContent("{\"name\":\"x\"}", null, "application/json") };
        using var answer = await browser.SendAsync(train);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task UsersFile_WithAMistake_SaysWhichLineAndTheUsersFromBeforeStay()
    {
        await using var server = await StartAsync();
        var file = Path.Combine(server.Folder, "users");
        using var browser = new Browser(server);
        await File.AppendAllTextAsync(file, "bert:Boss:x509\n", TestServer.Cancel);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("/", await browser.SignInAsync("anna", Password));
        Assert.Contains("line 2: &quot;Boss&quot; is no role", (await browser.GetAsync("/users")).Text, StringComparison.Ordinal);
        Assert.Contains("line 2: \"Boss\" is no role", (await server.Access.ListUsersAsync(new(), cancellationToken: TestServer.Cancel)).Fault, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Access.SetUserRoleAsync(new() { Name = "anna", Role = Contracts.V1.Role.Administrator }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("accounts-unusable", refused.Trailers.GetValue("error-code"));
        Assert.EndsWith("bert:Boss:x509\n", await File.ReadAllTextAsync(file, TestServer.Cancel), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Location)> WhereAsync(Browser browser, string path) => await browser.GetAsync(path) is var answer ? (answer.Status, answer.Location) : default;

    /// <summary>A server with one user, whose sessions run by a clock of the test.</summary>
    private async Task<TestServer> StartAsync(params string[] settings)
    {
        var server = await TestServer.StartAsync(services => services
            .AddSingleton(provider => new AccessControl(provider.GetRequiredService<AnomalyLineOptions>(), isDemo: false, _time))
            .AddSingleton(new SignInThrottle(_time)), settings);
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Administrator, Password);
        return server;
    }
}
