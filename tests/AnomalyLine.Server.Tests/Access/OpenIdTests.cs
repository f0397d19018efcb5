using System.Net;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Tests.Access;

public sealed class OpenIdTests
{
    [Fact]
    public async Task SignIn_ByAProvider_GivesTheMostOfTheRolesOrNone()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var server = await TestServer.StartAsync(
            $"--AnomalyLine:Access:OpenId:Authority={provider.Authority}", "--AnomalyLine:Access:OpenId:ClientId=line", "--AnomalyLine:Access:OpenId:ClientSecret=secret",
            "--AnomalyLine:Access:OpenId:Roles=shift=Operator, line-engineers=Engineer");
        using var browser = new Browser(server);
        Assert.Equal("/sign-in?return=%2Ftraining", (await browser.GetAsync("/training")).Location);
        Assert.Contains("Sign in with 127.0.0.1", (await browser.GetAsync("/sign-in")).Text, StringComparison.Ordinal);

        provider.Roles = ["somebody"];
        Assert.Contains("\"carla\" has no role here", await RefusedAsync(browser, await FollowAsync(browser, "/sign-in/provider?return=/training")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/training")).Status);
        provider.Roles = ["shift", "line-engineers"];
        Assert.Equal("/training", await FollowAsync(browser, "/sign-in/provider?return=/training"));

        var page = (await browser.GetAsync("/training")).Text;
        Assert.Contains("<strong>carla</strong>", page, StringComparison.Ordinal);
        Assert.Contains(">Train</button>", page, StringComparison.Ordinal);
        Assert.Equal("/no-access?needs=Administrator", (await browser.GetAsync("/users")).Location);
        using var create = new HttpRequestMessage(HttpMethod.Post, "/v1/stations") { Content = new StringContent("{\"name\":\"x\"}", null, "application/json") };
        using var created = await browser.SendAsync(create);
        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal("openid:carla", (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Single(entry => entry.Action == "station.create").User);
        Assert.Equal("/", await FollowAsync(browser, "/sign-in/provider?return=//evil.example"));
        Assert.Contains("did not sign you in", await RefusedAsync(browser, (await browser.GetAsync("/sign-in/provider/back?code=the-code&state=made-up")).Location), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OptionsThatLetNobodyInOrGoOverTheNetworkReadable_AreRefused()
    {
        var errors = new OpenIdOptions { Authority = "http://provider.example", Roles = "a=Boss, b=Camera" }.Validate().ToList();
        Assert.Equal(4, errors.Count);
        Assert.Contains(new OpenIdOptions { Authority = "https://provider.example", ClientId = "line" }.Validate(), error => error.StartsWith("Roles is empty", StringComparison.Ordinal));
        Assert.Empty(new OpenIdOptions { Authority = "https://provider.example", ClientId = "line", Roles = "a=Viewer" }.Validate());
    }

    /// <summary>What the page of the sign-in says then.</summary>
    private static async Task<string> RefusedAsync(Browser browser, string leads)
    {
        Assert.Equal("/sign-in", leads);
        return WebUtility.HtmlDecode((await browser.GetAsync(leads)).Text);
    }

    /// <summary>To the provider and back.</summary>
    /// <returns>Where the last answer leads.</returns>
    private static async Task<string> FollowAsync(Browser browser, string address)
    {
        var toProvider = (await browser.GetAsync(address)).Location;
        var back = (await browser.GetAsync(toProvider)).Location;
        Assert.Contains("/sign-in/provider/back?code=", back, StringComparison.Ordinal);
        return (await browser.GetAsync(back)).Location;
    }
}
