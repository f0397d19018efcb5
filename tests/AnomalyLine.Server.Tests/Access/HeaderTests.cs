using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>What browsers are told, and what a proxy may say.</summary>
public sealed class HeaderTests
{
    private const string Password = "a password of anna";

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/app.css")]
    [InlineData("/v1/stations")]
    public async Task Answers_OfEveryKind_TellBrowsersToTrustNothingElse(string path)
    {
        await using var server = await TestServer.StartAsync();

        using var answer = await server.Strangers.GetAsync(path, TestServer.Cancel);

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains(answer.Headers.GetValues("Content-Security-Policy"), policy => policy.Contains("default-src 'self'", StringComparison.Ordinal) && !policy.Contains("script-src", StringComparison.Ordinal));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.0.0.5", false)]
    [InlineData("", false)]
    public async Task SignIn_ThroughAProxyWithTls_IsBelievedOfAConfiguredProxyAlone(string proxies, bool isBelieved)
    {
        await using var server = await TestServer.StartAsync($"--AnomalyLine:Access:Proxies={proxies}");
        server.Get<AccessControl>().Users.Add("anna", AccessRole.Administrator, Password);
        using var browser = new Browser(server, ("X-Forwarded-For", "10.9.9.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "line.example"));

        var (headers, _) = await browser.SignInAndKeepHeadersAsync("anna", Password);

        var cookie = Assert.Single(headers.GetValues("Set-Cookie"), value => value.StartsWith("anomalyline-", StringComparison.Ordinal));
        Assert.Equal(isBelieved, cookie.Contains("secure", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(isBelieved, headers.Contains("Strict-Transport-Security"));
        var entry = Assert.Single((await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries);
        Assert.Equal(isBelieved ? "console 10.9.9.9" : "console 127.0.0.1", entry.Origin);
    }

    [Fact]
    public void Validate_ProxyThatIsNoAddress_IsNamed() =>
        Assert.Contains("\"proxy.local\"", Assert.Single(new AccessOptions { Proxies = "10.0.0.0/8, proxy.local" }.Validate()), StringComparison.Ordinal);
}
