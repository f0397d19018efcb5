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
        await using var server = await TestServer.StartReadyAsync(["press-1", "press-2"], "--AnomalyLine:Alarms:CameraSilentAfter=00:00:05");
        await using var page = await chromium.OpenAsync(server, "/");
        await Assertions.Expect(page.Locator(".places .count")).ToHaveCountAsync(0);
        await server.InspectAsync([ShownLine.Part("press-2", 1)]);

        // The station that needs somebody comes first, in red, and the header counts it out.
        await ConsolePage.SaysAsync(page.Locator(".tile.alarmed.critical"), "Camera is silent");
        await ConsolePage.SaysAsync(page.Locator(".tile").First, "press-2");
        await ConsolePage.SaysAsync(page.Locator(".bar .chip").First, "1 of 2 stations ready");
        await ConsolePage.SaysAsync(page.Locator(".places .count"), "1");
        await ConsolePage.SaysAsync(page.Locator(".tile.alarmed .age"), "ago");
        await page.KeepAsync("line-silent");
        await page.GoAsync("/stations/press-2");
        await ConsolePage.SaysAsync(page.Locator(".chip.bad"), "Camera is silent");
        await ConsolePage.SaysAsync(page.Locator(".summary"), "Last part");
        await page.KeepAsync("station-silent");

        await page.GoAsync("/alarms");
        await ConsolePage.SaysAsync(page.Locator(".alarm.critical"), "press-2");
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
