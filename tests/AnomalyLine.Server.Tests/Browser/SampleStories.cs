using Microsoft.Playwright;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class SampleStories(Chromium chromium)
{
    [Fact]
    public async Task Review_ByKeyboard_DecidesMovesUndoesAndNamesKinds()
    {
        await using var server = await ShownLine.StartAsync(parts: 36);
        await server.Samples.AddDefectKindAsync(new() { Name = "Kratzer groß" }, cancellationToken: TestServer.Cancel);
        await using var page = await chromium.OpenAsync(server, "/samples?station=press-1");
        while (await page.Locator(".film li").CountAsync() < 5) await page.GoAsync("/samples?station=press-1");
        var (film, said) = (page.Locator(".film li"), page.Locator(".judge [role=status]"));

        await page.Page.Keyboard.PressAsync("a");
        await ConsolePage.SaysAsync(said, "✓ Good");
        await IsCurrentAsync(film, 1);
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await IsCurrentAsync(film, 2);
        await page.Page.Keyboard.PressAsync("x");
        await ConsolePage.SaysAsync(said, "Excluded");
        await ConsolePage.SaysAsync(film.Nth(2), "Excluded");
        await page.Page.Keyboard.PressAsync("u");
        await ConsolePage.SaysAsync(said, "is as it was");
        await ConsolePage.SaysAsync(film.Nth(2), "Defect?");
        await IsCurrentAsync(film, 2);

        // After the mouse and a choice of the picture the keys still work; a kind of any name by its digit, with a comment.
        await page.Page.GetByLabel("Frame", new() { Exact = true }).First.CheckAsync();
        await page.Page.GetByLabel("Comment").FillAsync("seen at the edge");
        await page.Page.GetByLabel("Comment").BlurAsync();
        await page.Page.Keyboard.PressAsync("1");
        await ConsolePage.SaysAsync(said, "✕ Defect: Kratzer groß");
        await ConsolePage.SaysAsync(film.Nth(2), "Kratzer groß");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await IsCurrentAsync(film, 2);
        await ConsolePage.SaysAsync(page.Locator(".reviews li").First, "eva");
        await ConsolePage.SaysAsync(page.Locator(".reviews li").First, "seen at the edge");
        foreach (var view in View.All)
        {
            await page.LookAsync(view);
            await page.KeepAsync("samples-judged");
            Assert.Equal([], await page.FindFaultsAsync());
        }

        var approved = (await server.Samples.ListSamplesAsync(new() { Station = "press-1", State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples;
        Assert.Equal([(Wire.SampleLabel.Normal, ""), (Wire.SampleLabel.Anomalous, "Kratzer groß")], approved.Select(sample => (sample.Label, sample.Defect)).Order());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Review_SeveralAtOnce_AreAllShownAndDecidedTogether()
    {
        await using var server = await ShownLine.StartAsync(parts: 36);
        await using var page = await chromium.OpenAsync(server, "/samples?station=press-1");
        while (await page.Locator(".film li").CountAsync() < 5) await page.GoAsync("/samples?station=press-1");
        await page.Page.Keyboard.PressAsync("s");
        foreach (var at in (int[])[1, 2])
        {
            await page.Locator(".film button").Nth(at).ClickAsync();
            await Assertions.Expect(page.Locator(".film .chosen")).ToHaveCountAsync(at + 1);
        }

        await Assertions.Expect(page.Locator(".contact img")).ToHaveCountAsync(3);
        await page.KeepAsync("samples-several");
        await page.Page.Keyboard.PressAsync("d");
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "3 parts: ✕ Defect");
        await page.Button("Undo").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "is as it was");
        Assert.Empty((await server.Samples.ListSamplesAsync(new() { Station = "press-1", State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples);

        // Somebody else is faster: nothing of what was chosen is changed, and what they decided is shown.
        await page.Page.Keyboard.PressAsync("s");
        await page.Page.Keyboard.PressAsync("s");
        await page.Locator(".film button").Nth(1).ClickAsync();
        await Assertions.Expect(page.Locator(".film .chosen")).ToHaveCountAsync(2);
        var second = (await server.Samples.ListSamplesAsync(new() { Station = "press-1" }, cancellationToken: TestServer.Cancel)).Samples[1];
        await server.Samples.ReviewSamplesAsync(new() { Ids = { second.Id }, State = Wire.SampleState.Approved, Label = Wire.SampleLabel.Anomalous, Defect = "dent" }, cancellationToken: TestServer.Cancel);
        await page.Page.Keyboard.PressAsync("a");
        await ConsolePage.SaysAsync(page.Page.GetByRole(AriaRole.Alert), "Nothing was changed");
        await ConsolePage.SaysAsync(page.Locator(".film li").Nth(1), "✕ Defect: dent");
        Assert.Equal(Wire.SampleState.Pending, (await server.Samples.ListSamplesAsync(new() { Station = "press-1" }, cancellationToken: TestServer.Cancel)).Samples[0].State);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Approve_WhatIsNotOnTheScreen_BringsItIntoViewInstead()
    {
        await using var server = await ShownLine.StartAsync(parts: 24);
        await using var page = await chromium.OpenAsync(server, "/samples?station=press-1", new View("small", 500, 420, ColorScheme.Light));
        while (await page.Locator(".film li").CountAsync() < 4) await page.GoAsync("/samples?station=press-1");
        var (said, picture) = (page.Locator(".judge [role=status]"), page.Locator(".looked-at .window").First);
        await page.Page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight)");
        await Assertions.Expect(picture).Not.ToBeInViewportAsync();

        await page.Page.Keyboard.PressAsync("a");
        await Assertions.Expect(picture).ToBeInViewportAsync(new() { Ratio = 0.6f });
        await Assertions.Expect(said).ToHaveTextAsync("");
        await page.Page.EvaluateAsync("() => document.querySelector('[data-key=d]').click()");
        await ConsolePage.SaysAsync(said, "✕ Defect");
        Assert.Single((await server.Samples.ListSamplesAsync(new() { State = Wire.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Filter_ByPartOverAllStationsAndKinds_KeepsTheListThatThePlantEdits()
    {
        await using var server = await ShownLine.StartAsync(parts: 24);
        await using var page = await chromium.OpenAsync(server, "/samples");
        while (await page.Locator(".film li").CountAsync() < 5) await page.GoAsync("/samples");
        await page.Locator(".keep summary").ClickAsync();
        await page.Page.GetByLabel("New kind").FillAsync("Beule, tief");
        await page.Button("Add").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".kinds"), "Beule, tief");
        await page.Button("✕ Beule, tief").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "Beule, tief");

        await page.Page.GetByRole(AriaRole.Search).GetByLabel("Part").FillAsync("B-4705");
        await page.Button("Show").ClickAsync();
        await page.UntilAliveAsync();
        await ConsolePage.SaysAsync(page.Locator(".pairs"), "press-2");
        await Assertions.Expect(page.Locator(".film li")).ToHaveCountAsync(1);
        await page.Link("Approved").ClickAsync();
        await page.UntilAliveAsync();
        await ConsolePage.SaysAsync(page.Locator(".empty"), "No sample meets this filter");
        await page.GoAsync("/samples?state=approved&kind=Beule%2C%20tief");
        await Assertions.Expect(page.Locator(".film li")).ToHaveCountAsync(1);
        await page.GoAsync("/samples?least=120&most=80");
        await ConsolePage.SaysAsync(page.Locator(".empty"), "ends before it begins");
        Assert.Empty(page.Errors);
    }

    private static Task IsCurrentAsync(ILocator film, int at) => Assertions.Expect(film.Nth(at)).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("current"), new() { Timeout = 20_000 });
}
