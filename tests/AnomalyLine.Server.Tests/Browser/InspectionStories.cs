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
    public async Task Feedback_OneClick_IsAnApprovedSampleAndTheLinkStays()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");
        await page.Button("It was a false reject: use as normal").ClickAsync();
        await ConsolePage.SaysAsync(page.Page.GetByRole(AriaRole.Status), "is approved as normal");

        var sample = Assert.Single((await server.Samples.ListSamplesAsync(new() { Station = "press-1", State = Contracts.V1.SampleState.Approved }, cancellationToken: TestServer.Cancel)).Samples);
        Assert.Equal((4ul, Contracts.V1.SampleLabel.Normal), ((ulong)sample.Sequence, sample.Label));

        await server.InspectAsync([ShownLine.Part("press-1", 7)]);
        await using var other = await chromium.OpenAsync(server, page.Page.Url);
        await ConsolePage.SaysAsync(other.Locator(".verdict-panel"), "A-4704");
    }

    private static Task IsLoadedAsync(ConsolePage page) =>
        page.Page.WaitForFunctionAsync("() => document.querySelector('.view[data-layer=reconstruction] img').naturalWidth === 16");
}
