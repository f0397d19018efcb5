using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class LineStories(Chromium chromium)
{
    [Fact]
    public async Task LinePage_FramesComeAndStop_VerdictInWordAndShapeThenOld()
    {
        await using var server = await TestServer.StartReadyAsync(["press-1"]);
        await using var page = await chromium.OpenAsync(server, "/");
        var tile = page.Locator(".tile");
        await ConsolePage.SaysAsync(tile.Locator(".verdict"), "No part yet");

        await server.InspectAsync([ShownLine.Part("press-1", 1)]);
        await ConsolePage.SaysAsync(tile.Locator(".verdict"), "✓OK");
        await server.InspectAsync([ShownLine.Part("press-1", 2, isReject: true)]);
        await ConsolePage.SaysAsync(tile.Locator(".verdict"), "✕Not OK");
        await Assertions.Expect(tile).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("stale"));
        Assert.Equal(0, await tile.Locator(".age").CountAsync());

        // No camera sends any more: the last verdict is struck out, and its age is said.
        await ConsolePage.SaysAsync(tile.Locator(".age"), "ago");
        await Assertions.Expect(tile).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("stale"));
        Assert.StartsWith("line-through", await tile.Locator(".verdict").EvaluateAsync<string>("e => getComputedStyle(e).textDecoration"), StringComparison.Ordinal);
        await page.KeepAsync("line-stale");

        await server.InspectAsync([ShownLine.Part("press-1", 3)]);
        await Assertions.Expect(tile).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("stale"));
    }

    /// <summary>A page that draws each of ten thousand stations twice a second would take the server's time.</summary>
    [Fact]
    public async Task LinePage_ManyStations_ShowsTheFirstAndTheOthersWhenAsked()
    {
        await using var server = await TestServer.StartAsync();
        for (var number = 1; number <= 103; number++) await server.Stations.CreateStationAsync(new() { Name = $"press-{number:000}" }, cancellationToken: TestServer.Cancel);
        await using var page = await chromium.OpenAsync(server, "/");

        // So many are shown in small, thirty of them on one screen.
        await Assertions.Expect(page.Locator(".tile.small")).ToHaveCountAsync(100);
        await page.Page.SetViewportSizeAsync(1920, 1080);
        Assert.InRange(await page.Page.EvaluateAsync<double>("() => document.querySelectorAll('.tile')[29].getBoundingClientRect().bottom"), 1, 1080);
        await page.KeepAsync("line-compact");
        await ConsolePage.SaysAsync(page.Locator(".line-state"), "0 of 103 stations ready");
        await page.Button("Show all 103").ClickAsync();
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(103);

        // Each of them has an alarm: it has no recipe.
        await ConsolePage.SaysAsync(page.Locator("header.bar a[href=alarms]"), "103");
        await page.GoAsync("/alarms");
        await Assertions.Expect(page.Locator(".alarm")).ToHaveCountAsync(100);
        await page.Button("Show all 103").ClickAsync();
        await Assertions.Expect(page.Locator(".alarm")).ToHaveCountAsync(103);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task LinePage_ServerIsGone_CannotBeOverlooked()
    {
        var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/");
        await server.DisposeAsync();
        await ConsolePage.SaysAsync(page.Locator("#components-reconnect-modal"), "What this page shows is old");
        await ConsolePage.SeesAsync(page.Locator("#components-reconnect-modal"));
        await page.KeepAsync("line-lost");
    }

    [Fact]
    public async Task LinePage_NeverComesAlive_SaysSo()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/system");
        await page.Page.RouteAsync("**/blazor.web*.js", route => route.AbortAsync());
        await page.Page.GotoAsync("/");
        await ConsolePage.SaysAsync(page.Locator(".not-live"), "from the moment it was loaded");
        await ConsolePage.SeesAsync(page.Locator(".not-live"));
        await page.KeepAsync("line-not-live");
    }

    [Fact]
    public async Task StationPage_FiltersAndClick_LeadToTheInspection()
    {
        await using var server = await ShownLine.StartAsync(parts: 12);
        await using var page = await chromium.OpenAsync(server, "/");
        await page.Link("press-1").First.ClickAsync();
        await page.UntilAliveAsync();
        await Assertions.Expect(page.Locator("table.inspections tbody tr")).ToHaveCountAsync(12);

        await page.Page.GetByLabel("Not OK").CheckAsync();
        await page.Button("Show").ClickAsync();
        await page.UntilAliveAsync();
        await Assertions.Expect(page.Locator("table.inspections tbody tr")).ToHaveCountAsync(2);
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("a-4704");
        await page.Button("Show").ClickAsync();
        await page.UntilAliveAsync();
        await page.Link("A-4704").Last.ClickAsync();

        await ConsolePage.SaysAsync(page.Locator(".verdict-panel"), "✕Not OK");
        await ConsolePage.SaysAsync(page.Locator(".verdict-panel"), "is above the threshold 0.5");
        Assert.EndsWith("/stations/press-1/inspections/4?show=rejected&part=a-4704", page.Page.Url, StringComparison.Ordinal);
        // The keys are those of a script that comes last.
        await page.Page.WaitForLoadStateAsync();
        await page.UntilAliveAsync();
        await page.Page.WaitForFunctionAsync("() => document.querySelector('a[rel=next]') && document.activeElement === document.body");
        await page.PressUntilAsync("ArrowRight", "**/inspections/5?*");
        await page.UntilAliveAsync();
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task StationPage_StoppedAndStartedByAnOperator_IsAudited()
    {
        await using var server = await TestServer.StartReadyAsync(["press-1"]);
        Assert.True(server.Get<Server.Access.AccessControl>().Users.Add("otto", Management.Access.AccessRole.Operator, Chromium.Password).TryGet(out _, out _));
        await using var page = await chromium.OpenAsNobodyAsync(server, "/stations/press-1");
        await page.SignInAsync("otto", Chromium.Password);
        await page.Button("Stop station…").ClickAsync();
        await page.Button("Stop now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".chip.bad"), "not ready");
        await ConsolePage.SeesAsync(page.Button("Start station"));
        await page.KeepAsync("station-stopped");
        Assert.False((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].Ready);
        await page.Button("Start station").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".chip.good"), "ready");
        var audit = (await server.Audit.ListAuditEntriesAsync(new() { Subject = "press-1" }, cancellationToken: TestServer.Cancel)).Entries;
        Assert.Equal(["station.stop", "station.start"], audit.Where(entry => entry.User == "otto").Select(entry => entry.Action));
        Assert.Empty(page.Errors);
    }
}
