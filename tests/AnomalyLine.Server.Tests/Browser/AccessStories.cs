using AnomalyLine.Management.Access;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Tests.Access;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
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

    [Fact]
    public async Task Password_ChangedByItsOwner_CountsFromThenOnInAllLanguages()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        Assert.True(server.Get<AccessControl>().Users.Add("otto", AccessRole.Operator, Chromium.Password).TryGet(out _, out _));
        await using var page = await chromium.OpenAsNobodyAsync(server, "/sign-in");
        await page.SignInAsync("otto", Chromium.Password);
        await page.Link("otto").ClickAsync();
        await page.UntilAliveAsync();

        await ChangeAsync("not-my-password", "a-better-password");
        await ConsolePage.SaysAsync(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Alert), "The current password is wrong.");
        await ChangeAsync(Chromium.Password, "a-better-password");
        await ConsolePage.SaysAsync(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Status), "Your password is changed.");
        await page.GoAsync("/language?to=de&page=account");
        await ConsolePage.SaysAsync(page.Locator("main"), "Ihr Kennwort ändern");
        await page.KeepAsync("account-german");

        await page.Button("Abmelden").ClickAsync();
        await page.GoAsync("/language?to=en&page=sign-in");
        await page.SignInAsync("otto", Chromium.Password);
        await ConsolePage.SaysAsync(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Alert), "is wrong");
        await page.SignInAsync("otto", "a-better-password");
        await ConsolePage.SeesAsync(page.Button("Sign out"));

        async Task ChangeAsync(string current, string password)
        {
            await page.Page.GetByLabel("Current password").FillAsync(current);
            await page.Page.GetByLabel("New password").FillAsync(password);
            await page.Page.GetByLabel("The same again").FillAsync(password);
            await page.Button("Change the password").ClickAsync();
            await page.UntilAliveAsync();
        }
    }

    [Fact]
    public async Task SecondFactor_SetUpByItsOwner_IsAskedForAtTheNextSignIn()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        Assert.True(server.Get<AccessControl>().Users.Add("otto", AccessRole.Operator, Chromium.Password).TryGet(out _, out _));
        await using var page = await chromium.OpenAsNobodyAsync(server, "/sign-in");
        await page.SignInAsync("otto", Chromium.Password);
        await page.GoAsync("/account");
        await page.KeepAsync("account");
        await page.Page.GetByLabel("Your password").FillAsync(Chromium.Password);
        await page.Button("Set one up").ClickAsync();
        await ConsolePage.SeesAsync(page.Locator("svg.qr"));
        await page.KeepAsync("second-factor-picture");

        var link = Uri.UnescapeDataString(await page.Link("Open it in the app on this device").GetAttributeAsync("href") ?? "");
        Assert.StartsWith("otpauth://totp/AnomalyLine:otto?secret=", link, StringComparison.Ordinal);
        await page.Page.GetByLabel("Code of your app").FillAsync(SecondFactorSignInTests.CodeOf(link.Split("secret=")[1][..32], DateTimeOffset.UtcNow));
        await page.Button("Confirm").ClickAsync();
        await ConsolePage.SeesAsync(page.Locator("code.codes"));
        await page.KeepAsync("second-factor-recovery-codes");
        var code = (await page.Locator("code.codes").InnerTextAsync()).Split('\n')[0];

        await page.Button("Sign out").ClickAsync();
        await page.SignInAsync("otto", Chromium.Password);
        await ConsolePage.SeesAsync(page.Page.GetByLabel("Code of your app"));
        await page.KeepAsync("sign-in-code");
        await page.Page.GetByLabel("Code of your app").FillAsync(code);
        await page.Button("Sign in").ClickAsync();
        await ConsolePage.SeesAsync(page.Button("Sign out"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Users_InGerman_AreAddedAndNamedInGerman()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/language?to=de&page=users");

        await page.Page.GetByLabel("Name").First.FillAsync("bert");
        await page.Page.GetByLabel("Kennwort", new() { Exact = true }).FillAsync("ein-langes-kennwort");
        await page.Button("Benutzer anlegen").ClickAsync();
        await ConsolePage.SaysAsync(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Status), "bert darf sich anmelden.");
        await page.KeepAsync("users-german");
        await page.GoAsync("/training");
        await page.KeepAsync("training-german");
        Assert.Empty(page.Errors);
    }
}
