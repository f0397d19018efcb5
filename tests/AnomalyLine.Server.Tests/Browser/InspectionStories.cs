using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class InspectionStories(Chromium chromium)
{
    [Fact]
    public async Task Viewer_SliderAndButtons_BlendZoomAndReset()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/4");
        var (over, image) = (page.Locator(".view.over"), page.Locator(".view img").First);

        await page.Page.GetByLabel("Share of the anomaly map in the picture").FillAsync("25");
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
}
