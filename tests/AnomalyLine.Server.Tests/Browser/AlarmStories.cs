using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class AlarmStories(Chromium chromium)
{
    [Fact]
    public async Task Camera_FallsSilent_StationIsNotGreenAndSomebodyAcknowledges()
    {
        await using var server = await TestServer.StartReadyAsync(["press-1", "press-2"], "--AnomalyLine:Alarms:CameraSilentAfter=00:00:05", "--AnomalyLine:Plant:TimeZone=Asia/Kolkata");
        await using var page = await chromium.OpenAsync(server, "/");
        await Assertions.Expect(page.Locator(".places .count")).ToHaveCountAsync(0);
        await page.Button("Sound at alarms").ClickAsync();
        await Assertions.Expect(page.Button("Sound at alarms")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.Locator("html")).Not.ToHaveAttributeAsync("data-sounded", "1");
        await server.InspectAsync([ShownLine.Part("press-2", 1)]);

        // The station that needs somebody comes first, in red, and the header counts it out.
        await ConsolePage.SaysAsync(page.Locator(".tile.alarmed.critical"), "Camera is silent");
        await ConsolePage.SaysAsync(page.Locator(".tile").First, "press-2");
        await ConsolePage.SaysAsync(page.Locator(".line-state .chip").First, "1 of 2 stations ready");
        await ConsolePage.SaysAsync(page.Locator(".places .count"), "1");
        await ConsolePage.SaysAsync(page.Locator(".tile.alarmed .age"), "ago");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-sounded", new System.Text.RegularExpressions.Regex("^[1-9]"), new() { Timeout = 20_000 });
        await page.KeepAsync("line-silent");
        await page.GoAsync("/stations/press-2");
        await ConsolePage.SaysAsync(page.Locator(".chip.bad"), "Camera is silent");
        await ConsolePage.SaysAsync(page.Locator(".summary"), "Last part");
        await page.KeepAsync("station-silent");

        await page.GoAsync("/alarms");
        await ConsolePage.SaysAsync(page.Locator(".alarm.critical"), "press-2");
        // By the plant's clock, also in what comes after the page was loaded; and in UTC on request, which stays.
        await ConsolePage.SaysAsync(page.Locator(".alarm"), "UTC+5:30");
        await page.Page.GetByTitle("Show times in UTC").ClickAsync();
        await page.UntilAliveAsync();
        await Assertions.Expect(page.Locator(".alarm")).Not.ToContainTextAsync("UTC+5:30");
        await ConsolePage.SaysAsync(page.Locator(".alarm"), " UTC");
        await ConsolePage.SeesAsync(page.Page.GetByTitle("Show times by the plant's clock"));
        await page.LookAsync(View.All[2]);
        await page.KeepAsync("alarms");
        await page.LookAsync(View.Panel);
        await page.KeepAsync("alarms");
        await page.Page.GetByPlaceholder("Note").FillAsync("cable of camera 2");
        await page.Button("Acknowledge").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".alarm"), "acknowledged by eva");
        await Assertions.Expect(page.Locator(".places .count")).ToHaveCountAsync(0);

        await server.InspectAsync([ShownLine.Part("press-2", 2)]);
        await ConsolePage.SaysAsync(page.Locator("table.inspections"), "cable of camera 2");
        await page.KeepAsync("alarms-over");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Operator_AcknowledgesAndCannotShelve()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "press-1" }, cancellationToken: TestServer.Cancel);
        Assert.True(server.Get<AccessControl>().Users.Add("otto", AccessRole.Operator, Chromium.Password).TryGet(out _, out _));
        await using var page = await chromium.OpenAsNobodyAsync(server, "/alarms");
        await page.SignInAsync("otto", Chromium.Password);
        await ConsolePage.SaysAsync(page.Locator(".alarm.warning"), "Station does not judge");
        Assert.Equal(0, await page.Button("Shelve for 8 h").CountAsync());
        await page.Button("Acknowledge").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".alarm"), "acknowledged by otto");
    }

    [Fact]
    public async Task Engineer_ShelvesAnAlarm_ItCallsForNobody()
    {
        await using var server = await TestServer.StartAsync();
        await server.Stations.CreateStationAsync(new() { Name = "press-1" }, cancellationToken: TestServer.Cancel);
        await using var page = await chromium.OpenAsync(server, "/alarms");
        await ConsolePage.SaysAsync(page.Locator(".places .count"), "1");
        await page.Button("Shelve for 8 h").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".alarm .state"), "Shelved");
        await Assertions.Expect(page.Locator(".places .count")).ToHaveCountAsync(0);
        await page.Button("Unshelve").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".places .count"), "1");

        // How long the camera may be silent is set on the station's page.
        await page.GoAsync("/stations/press-1");
        await page.Page.GetByText("Alarm of a silent camera").ClickAsync();
        await page.Page.GetByLabel("Seconds without a part").FillAsync("30");
        await page.Button("Save").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("details[open]"), "once no part has come for 30 s");
    }
}
