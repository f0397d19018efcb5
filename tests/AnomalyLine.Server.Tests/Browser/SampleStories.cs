using Microsoft.Playwright;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class SampleStories(Chromium chromium)
{
    [Fact]
    public async Task Wall_ByKeyboard_ApprovesExcludesMovesAndUndoes()
    {
        await using var server = await ShownLine.StartAsync(parts: 24);
        await using var page = await chromium.OpenAsync(server, "/samples?station=press-1");
        while (await page.Locator(".wall li").CountAsync() < 4) await page.GoAsync("/samples?station=press-1");
        var (wall, said) = (page.Locator(".wall"), page.Page.GetByRole(AriaRole.Status));
        var tiles = wall.Locator("li");

        await page.Page.Keyboard.PressAsync("a");
        await ConsolePage.SaysAsync(said, "✓ Normal");
        await Assertions.Expect(tiles.Nth(1)).ToHaveAttributeAsync("aria-current", "true");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("x");
        await ConsolePage.SaysAsync(said, "Excluded");
        await ConsolePage.SaysAsync(tiles.Nth(2), "Excluded");
        await ConsolePage.SaysAsync(tiles.Nth(0), "✓ Normal");
        await page.Page.Keyboard.PressAsync("u");
        await ConsolePage.SaysAsync(said, "is as it was");
        await ConsolePage.SaysAsync(tiles.Nth(2), "Defect?");
        await Assertions.Expect(tiles.Nth(2)).ToHaveAttributeAsync("aria-current", "true");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.Page.Keyboard.PressAsync("d");
        await ConsolePage.SaysAsync(tiles.Nth(1), "✕ Defect");

        // A button that was pressed leaves the keys alive; up and down go by rows, and the picture that is decided about is in view with what was said.
        await page.LookAsync(new View("small", 500, 420, ColorScheme.Light));
        await page.Button("Undo").ClickAsync();
        await ConsolePage.SaysAsync(said, "is as it was");
        await page.Page.Keyboard.PressAsync("d");
        await ConsolePage.SaysAsync(said, "✕ Defect");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(wall.Locator("li.current")).ToBeInViewportAsync(new() { Ratio = 1 });
        await Assertions.Expect(said).ToBeInViewportAsync();
        var approved = (await server.Samples.ListSamplesAsync(new() { Station = "press-1", State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples;
        Assert.Equal([Wire.SampleLabel.Normal, Wire.SampleLabel.Anomalous], approved.Select(sample => sample.Label).Order());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Approve_WhatIsNotOnTheScreen_BringsItIntoViewInstead()
    {
        await using var server = await ShownLine.StartAsync(parts: 24);
        await using var page = await chromium.OpenAsync(server, "/samples?station=press-1", new View("small", 500, 420, ColorScheme.Light));
        while (await page.Locator(".wall li").CountAsync() < 4) await page.GoAsync("/samples?station=press-1");
        await page.Page.EvaluateAsync("() => scrollTo(0, 0)");
        await Assertions.Expect(page.Locator(".wall li.current")).Not.ToBeInViewportAsync(new() { Ratio = 1 });
        await page.Page.Keyboard.PressAsync("a");
        await Assertions.Expect(page.Locator(".wall li.current")).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.Equal("", await page.Page.GetByRole(AriaRole.Status).InnerTextAsync());
        await page.Page.Keyboard.PressAsync("a");
        await ConsolePage.SaysAsync(page.Page.GetByRole(AriaRole.Status), "✓ Normal");
        Assert.Empty(page.Errors);
    }
}
