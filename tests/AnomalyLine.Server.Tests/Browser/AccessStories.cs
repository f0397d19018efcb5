using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class AccessStories(Chromium chromium)
{
    [Fact]
    public async Task Operator_SignedIn_IsLedBackAndSeesNoEngineersButton()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        Assert.True(server.Get<AccessControl>().Users.Add("otto", AccessRole.Operator, Chromium.Password).TryGet(out _, out _));
        await server.Recipes.SetSensitivityAsync(new() { Station = ShownLine.First, Sensitivity = 0.1f }, cancellationToken: TestServer.Cancel);
        await using var page = await chromium.OpenAsNobodyAsync(server, "/stations/press-1/recipes");

        await page.SignInAsync("otto", "wrong-password");
        await ConsolePage.SaysAsync(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Alert), "is wrong");
        await page.SignInAsync("otto", Chromium.Password);
        Assert.EndsWith("/stations/press-1/recipes", page.Page.Url, StringComparison.Ordinal);
        await ConsolePage.SaysAsync(page.Locator("form table"), "For the role Engineer");
        Assert.Equal(0, await page.Button("Bring back revision 1").CountAsync());

        await page.Button("Sign out").ClickAsync();
        await page.GoAsync("/stations/press-1/recipes");
        await ConsolePage.SeesAsync(page.Page.GetByLabel("Password"));
    }
}
