using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class InspectionStories(Chromium chromium)
{
    [Fact]
    public async Task Viewer_SliderAndButtons_BlendZoomAndReset()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");
        var (over, image) = (page.Locator(".view[data-layer=overlay]"), page.Locator(".plane").First);

        await page.Page.GetByLabel("Share of the chosen picture over the frame").FillAsync("25");
        Assert.Equal("0.25", await over.EvaluateAsync<string>("e => getComputedStyle(e).opacity"));
        await page.Button("Larger").ClickAsync();
        await page.Button("Larger").ClickAsync();
        Assert.Contains("scale(2.25)", await image.GetAttributeAsync("style"), StringComparison.Ordinal);
        await page.Page.GetByLabel("Side by side").CheckAsync();
        Assert.Equal("1", await over.EvaluateAsync<string>("e => getComputedStyle(e).opacity"));
        await page.KeepAsync("inspection-beside");
        await page.Button("Whole frame").ClickAsync();
        Assert.Contains("scale(1)", await image.GetAttributeAsync("style"), StringComparison.Ordinal);

        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Link("Download the evidence").ClickAsync());
        Assert.Equal("press-1-4.zip", download.SuggestedFilename);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Viewer_Reconstruction_IsBesideTheFrameAndStaysChosenForTheNextPart()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");
        var rebuilt = page.Locator(".view[data-layer=reconstruction]");
        var made = new List<string>();
        page.Page.Response += (_, response) =>
        {
            if (response.Url.EndsWith("/reconstruction", StringComparison.Ordinal)) made.Add($"{response.Status} {new Uri(response.Url).AbsolutePath}");
        };
        await Assertions.Expect(rebuilt).ToBeHiddenAsync();

        await page.Page.GetByLabel("Reconstruction").CheckAsync();
        await IsLoadedAsync(page);
        await page.KeepAsync("inspection-reconstruction");
        await page.Page.GetByLabel("Share of the chosen picture over the frame").FillAsync("100");
        Assert.Equal("1", await rebuilt.EvaluateAsync<string>("e => getComputedStyle(e).opacity"));
        await page.Page.GetByLabel("Side by side").CheckAsync();
        await Assertions.Expect(page.Locator(".view:not([hidden]) figcaption")).ToHaveTextAsync(["Frame", "Reconstruction", "Map over the frame"]);
        await page.Button("Larger").ClickAsync();
        Assert.Equal(1, await page.Locator(".plane").EvaluateAllAsync<int>("all => new Set(all.map(e => e.style.transform)).size"));
        await page.Page.GetByLabel("Anomaly map", new() { Exact = true }).CheckAsync();
        await Assertions.Expect(page.Locator(".view:not([hidden]) figcaption")).ToHaveTextAsync(["Frame", "Reconstruction", "Anomaly map"]);

        await page.Link("Part after").ClickAsync();
        await page.UntilAliveAsync();
        await Assertions.Expect(page.Page.GetByLabel("Side by side")).ToBeCheckedAsync();
        await IsLoadedAsync(page);
        foreach (var view in View.All)
        {
            await page.LookAsync(view);
            await page.KeepAsync("inspection-three");
            Assert.Equal([], await page.FindFaultsAsync());
        }

        Assert.Equal(["200 /stations/press-1/inspections/4/reconstruction", "200 /stations/press-1/inspections/5/reconstruction"], made);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Viewer_ReconstructionOfAModelThatHasNone_SaysSo()
    {
        await using var server = await ShownLine.StartAsync(parts: 2);
        await server.ActivateAsync(ShownLine.First, await server.UploadAsync("blind"), "a test");
        await server.InspectAsync([ShownLine.Part(ShownLine.First, 3)]);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/3");

        await page.Page.GetByLabel("Reconstruction").CheckAsync();

        await ConsolePage.SaysAsync(page.Locator("[data-said]"), "The model that judged this part does not rebuild frames.");
    }

    [Fact]
    public async Task Feedback_OneClick_IsAnApprovedSampleThatThePageShowsFromThenOn()
    {
        await using var server = await ShownLine.StartAsync(parts: 12);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");

        // The part, its verdict and what one decides are on a panel's screen without scrolling.
        foreach (var selector in (string[])[".stage", ".verdict-panel", ".decide"]) await Assertions.Expect(page.Locator(selector)).ToBeInViewportAsync(new() { Ratio = 1 });
        await using var late = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");
        await page.Page.GetByLabel("Comment").FillAsync("dust on the lens");
        await page.Button("False reject: good part").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "is approved as good");
        var sample = Assert.Single((await server.Samples.ListSamplesAsync(new() { Station = "press-1", State = Contracts.V1.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples);
        Assert.Equal((4ul, Contracts.V1.SampleLabel.Normal), ((ulong)sample.Sequence, sample.Label));

        // Who comes later, sees it before they can say the opposite.
        await late.Button("Confirmed defect").ClickAsync();
        await ConsolePage.SaysAsync(late.Locator(".judge [role=status]"), "Nothing was changed");
        await ConsolePage.SaysAsync(late.Locator(".reviews"), "dust on the lens");
        await ConsolePage.SaysAsync(late.Locator(".reviews"), "eva");

        await page.Link("Newer reject").ClickAsync();
        await page.Page.WaitForURLAsync("**/inspections/10");
        await ConsolePage.SaysAsync(page.Locator(".verdict-panel h2"), "A-4710");
        await page.UntilAliveAsync();
        await page.Link("Older reject").ClickAsync();
        await page.Page.WaitForURLAsync("**/inspections/4");
        await ConsolePage.SaysAsync(page.Locator(".reviews"), "✓ Good");
        await page.Link("Older reject").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".verdict-panel"), "There is no older one.");
        await page.GoAsync("/stations/press-1?show=rejected");
        await page.Locator("td a").Filter(new() { HasText = "A-4710" }).ClickAsync();
        await page.Link("Older in the list").ClickAsync();
        await page.Page.WaitForURLAsync("**/inspections/4?show=rejected");
        await page.Link("Back to the list").ClickAsync();
        await page.Page.WaitForURLAsync("**/stations/press-1?show=rejected");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Viewer_WheelSwipeAndPinch_ScrollThePageUntilThePictureIsZoomed()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4", View.All[2]);
        var (stage, plane) = (page.Locator(".stage"), page.Locator(".plane").First);
        Assert.Equal("pan-y", await stage.EvaluateAsync<string>("e => getComputedStyle(e).touchAction"));
        await stage.HoverAsync();
        await page.Page.Mouse.WheelAsync(0, 120);
        await page.Page.WaitForFunctionAsync("() => scrollY > 0");
        Assert.DoesNotContain("scale(1.", await plane.GetAttributeAsync("style"), StringComparison.Ordinal);
        await page.Page.EvaluateAsync("() => scrollTo(0, 0)");

        // Two fingers that go apart zoom about the place between them; then one finger moves the picture.
        await stage.EvaluateAsync("""
            e => {
              const box = e.getBoundingClientRect();
              const send = (type, id, x, y) => e.querySelector('img').dispatchEvent(new PointerEvent(type, { pointerId: id, pointerType: 'touch', bubbles: true, clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
              send('pointerdown', 11, 0.2, 0.25); send('pointerdown', 12, 0.3, 0.25);
              send('pointermove', 12, 0.4, 0.25);
              send('pointerup', 11, 0.2, 0.25); send('pointerup', 12, 0.4, 0.25);
            }
            """);
        Assert.Contains("scale(2)", await plane.GetAttributeAsync("style"), StringComparison.Ordinal);
        Assert.Equal("none", await stage.EvaluateAsync<string>("e => getComputedStyle(e).touchAction"));
        await page.Locator("[data-jump]").First.ClickAsync();
        var jumped = await plane.GetAttributeAsync("style");
        Assert.DoesNotContain("scale(2)", jumped, StringComparison.Ordinal);
        Assert.DoesNotContain("scale(1)", jumped, StringComparison.Ordinal);
        await page.KeepAsync("inspection-jumped");
        Assert.Empty(page.Errors);
    }

    private static Task IsLoadedAsync(ConsolePage page) =>
        page.Page.WaitForFunctionAsync("() => document.querySelector('.view[data-layer=reconstruction] img').naturalWidth === 16");
}
