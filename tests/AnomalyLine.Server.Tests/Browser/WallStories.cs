using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class WallStories(Chromium chromium)
{
    private static readonly View s_screen = new("screen", 1920, 1080, ColorScheme.Light);

    [Fact]
    public async Task Link_MadeByAnAdministrator_OpensTheWallAloneUntilItIsRevoked()
    {
        await using var server = await TestServer.StartReadyAsync(["press-1", "press-2"], "--AnomalyLine:Alarms:CameraSilentAfter=00:00:08");
        await using var users = await chromium.OpenAsync(server, "/users");
        await users.Page.GetByLabel("Name of the display").FillAsync("hall-2");
        await users.Button("Make a link").ClickAsync();
        var link = await users.Locator("code.secret").InnerTextAsync();
        Assert.Contains("/wall/enter#alk_", link, StringComparison.Ordinal);

        await using var wall = await chromium.OpenAsNobodyAsync(server, "about:blank", s_screen);
        await wall.GoAsync(link);
        await ConsolePage.SeesAsync(wall.Locator(".display[data-live=yes]"));
        await server.InspectAsync([ShownLine.Part("press-1", 1), ShownLine.Part("press-2", 2, isReject: true)]);
        await ConsolePage.SaysAsync(wall.Locator(".cell.not-ok"), "Not OK");
        await ConsolePage.SaysAsync(wall.Locator(".cell.not-ok"), "B-4702");
        await wall.KeepAsync("wall");

        // What is read at 5 m: a part's name in 55 pixels and more on a screen of 1920 x 1080, the verdict in twice as much.
        Assert.True(await SizeAsync(".which strong") >= 55);
        Assert.True(await SizeAsync(".big") >= 110);
        Assert.Equal(0, await wall.Locator("nav, a, button").CountAsync());
        await ConsolePage.SaysAsync(wall.Locator(".cell.alarmed.critical").First, "Camera is silent");
        await wall.KeepAsync("wall-silent");
        foreach (var view in (View[])[View.Panel, View.All[2], s_screen])
        {
            await wall.LookAsync(view);
            await wall.KeepAsync("wall-silent");
            Assert.Equal([], await wall.FindFaultsAsync());
        }

        // The link is for the wall alone.
        await wall.GoAsync("/samples");
        await ConsolePage.SeesAsync(wall.Page.GetByLabel("Password"));
        Assert.Equal(403, (await wall.Page.Context.APIRequest.GetAsync($"{server.Http.BaseAddress}v1/stations")).Status);
        await wall.GoAsync("/wall?view=cycle&seconds=2");
        await Assertions.Expect(wall.Locator(".cell")).ToHaveCountAsync(1);
        await ConsolePage.SaysAsync(wall.Locator(".cell h2"), "press-1");
        await ConsolePage.SaysAsync(wall.Locator(".cell h2"), "press-2");
        await wall.KeepAsync("wall-cycle");

        await users.Button("Revoke hall-2").ClickAsync();
        await ConsolePage.SeesAsync(wall.Page.GetByLabel("Password"));
        await wall.Page.GotoAsync("about:blank");
        await wall.GoAsync(link);
        await ConsolePage.SaysAsync(wall.Page.GetByRole(AriaRole.Alert), "was revoked");
        var audit = (await server.Audit.ListAuditEntriesAsync(new() { Subject = "hall-2" }, cancellationToken: TestServer.Cancel)).Entries;
        Assert.Equal([("wall.add", Chromium.User), ("wall.revoke", Chromium.User)], audit.Select(entry => (entry.Action, entry.User)));

        Task<double> SizeAsync(string selector) => wall.Locator(selector).First.EvaluateAsync<double>("e => parseFloat(getComputedStyle(e).fontSize)");
    }

    [Fact]
    public async Task Wall_ThirtyStations_ShowsNineAtATimeTheBadOnesFirst()
    {
        await using var server = await TestServer.StartReadyAsync([.. Enumerable.Range(1, 12).Select(number => $"station-{number:00}")]);
        await server.Stations.CreateStationAsync(new() { Name = "station-99" }, cancellationToken: TestServer.Cancel);
        await using var wall = await chromium.OpenAsync(server, "/wall?seconds=3600", s_screen);
        await Assertions.Expect(wall.Locator(".cell")).ToHaveCountAsync(9);
        await ConsolePage.SaysAsync(wall.Locator(".cell").First, "station-99");
        await ConsolePage.SaysAsync(wall.Locator("footer"), "12 of 13 stations ready");
        await wall.KeepAsync("wall-many");
        Assert.Equal([], await wall.FindFaultsAsync());
        Assert.Empty(wall.Errors);
    }
}
