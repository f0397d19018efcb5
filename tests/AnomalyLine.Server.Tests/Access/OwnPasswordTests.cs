using System.Net;
using System.Net.Http.Json;
using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>People change their own password: on their page, and by call with their session.</summary>
public sealed class OwnPasswordTests
{
    private const string Password = "a password of anna", Other = "another password";

    [Fact]
    public async Task Form_RightCurrentPassword_ChangesItAndEndsTheOtherSessions()
    {
        await using var server = await StartAsync();
        using var here = new Browser(server);
        using var elsewhere = new Browser(server);
        await here.SignInAsync("anna", Password);
        await elsewhere.SignInAsync("anna", Password);

        Assert.Contains("differ", await ChangeAsync(here, Password, Other, "a third password"), StringComparison.Ordinal);
        Assert.Contains("current password is wrong", await ChangeAsync(here, "not her password", Other, Other), StringComparison.Ordinal);
        Assert.Contains("has 5 characters", await ChangeAsync(here, Password, "short", "short"), StringComparison.Ordinal);
        Assert.Contains("choose another", await ChangeAsync(here, Password, Password, Password), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/samples")).Status);

        Assert.StartsWith("/account says: Done Your password is changed", await ChangeAsync(here, Password, Other, Other), StringComparison.Ordinal);
        Assert.DoesNotContain("is changed", (await here.GetAsync("/account?done=true")).Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/samples")).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.GetAsync("/samples")).Status);
        Assert.Contains("is wrong", await elsewhere.SignInAsync("anna", Password), StringComparison.Ordinal);
        Assert.Equal("/", await elsewhere.SignInAsync("anna", Other));
        var entries = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries;
        var change = Assert.Single(entries, entry => entry.Action == "user.password");
        Assert.Equal(("anna", "anna", "console 127.0.0.1"), (change.User, change.Subject, change.Origin));
        Assert.Contains(entries, entry => entry is { Action: "access.refused", Subject: "user.password", User: "anna" });
        Assert.DoesNotContain(entries, entry => $"{entry}".Contains(Other, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Form_WrongCurrentPasswords_AreSlowedDownLikeWrongSignIns()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        for (var i = 0; i < 3; i++) Assert.Contains("current password is wrong", await ChangeAsync(browser, "not her password", Other, Other), StringComparison.Ordinal);
        Assert.Contains("Too many wrong passwords", await ChangeAsync(browser, Password, Other, Other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_NobodySignedIn_LeadsToTheSignIn()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        Assert.StartsWith("/sign-in?return=", (await browser.GetAsync("/account")).Location, StringComparison.Ordinal);
        Assert.Equal("/sign-in?return=/account", (await browser.SendAsync("/sign-in", "/account/password")).Location);
    }

    [Fact]
    public async Task Call_UserWithASession_MayAndAKeyMayNot()
    {
        await using var server = await StartAsync();
        using var browser = new Browser(server);
        await browser.SignInAsync("anna", Password);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/identity/password") { Content = JsonContent.Create(new { current = Password, password = Other }) };
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"anna\"", await answer.Content.ReadAsStringAsync(TestServer.Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/samples")).Status);

        var key = (await server.Access.AddKeyAsync(new() { Name = "script", Role = Contracts.V1.Role.Viewer }, cancellationToken: TestServer.Cancel)).Secret;
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Access.ChangePasswordAsync(
            new() { Current = Other, Password = Password }, new Metadata { { "authorization", $"Bearer {key}" } }, cancellationToken: TestServer.Cancel).ResponseAsync);
        Assert.Equal("invalid-account", refused.Trailers.GetValue("error-code"));
        Assert.Contains("the key \"script\" has none", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<string> ChangeAsync(Browser browser, string current, string password, string again) =>
        (await browser.SendAsync("/account", "/account/password", ("current", current), ("password", password), ("again", again))).Location;

    private static async Task<TestServer> StartAsync()
    {
        // A clock that stands still: the first pause is a second, which a busy machine takes for a request.
        var server = await TestServer.StartAsync(services => services.AddSingleton(new SignInThrottle(new FakeTimeProvider())));
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Operator, Password);
        return server;
    }
}
