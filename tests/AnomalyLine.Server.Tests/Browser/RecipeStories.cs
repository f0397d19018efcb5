using AnomalyLine.Contracts.V1;
using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class RecipeStories(Chromium chromium)
{
    [Fact]
    public async Task Sensitivity_Moved_ShowsWhatRecentPartsWouldBecomeBeforeItIsApplied()
    {
        await using var server = await ShownLine.StartAsync(parts: 12);
        await server.InspectAsync([ShownLine.Part(ShownLine.First, 1001), ShownLine.Part(ShownLine.First, 1002)]);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1");
        await page.Link("Recipes and sensitivity").ClickAsync();
        await page.UntilAliveAsync();

        var slider = page.Page.GetByRole(AriaRole.Slider);
        Assert.Equal(("-20", "20"), (await slider.GetAttributeAsync("min"), await slider.GetAttributeAsync("max")));
        await slider.FillAsync("8");
        var panel = page.Locator(".sensitivity");
        await ConsolePage.SaysAsync(panel, "+8 %");
        await ConsolePage.SaysAsync(panel.Locator(".not-ok").First, "2");
        await Assertions.Expect(panel.Locator(".strip li")).ToHaveCountAsync(2);
        await Assertions.Expect(panel.Locator(".strip a").First).ToHaveAttributeAsync("href", "stations/press-1/inspections/14");
        await page.KeepAsync("recipes-preview");
        Assert.Equal(1u, (await server.Recipes.GetRecipeAsync(new() { Station = ShownLine.First }, cancellationToken: TestServer.Cancel)).Recipe.Revision);

        await page.Button("Apply…").ClickAsync();
        await page.Button("Apply now").ClickAsync();
        await Assertions.Expect(page.Locator("form table tbody tr")).ToHaveCountAsync(2);
        var recipe = (await server.Recipes.GetRecipeAsync(new() { Station = ShownLine.First }, cancellationToken: TestServer.Cancel)).Recipe;
        Assert.Equal((2u, 0.08f), (recipe.Revision, recipe.Sensitivity));

        // As they are judged now: nothing differs until the slider moves again, back to what it was.
        await ConsolePage.SaysAsync(panel.Locator(".not-ok").First, "0");
        await slider.FillAsync("0");
        await ConsolePage.SaysAsync(panel.Locator(".ok").First, "2");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Revisions_ComparedAndBroughtBack_WithAReasonInTheAudit()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        var before = await ShownLine.ActiveAsync(server, ShownLine.First);
        var other = await server.UploadAsync("another");
        await server.ActivateAsync(ShownLine.First, other, "a first try");
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/recipes");

        await page.Page.GetByLabel("Compare revision 1").CheckAsync();
        await page.Page.GetByLabel("With revision 2").CheckAsync();
        await page.Button("Compare").ClickAsync();
        await page.UntilAliveAsync();
        await ConsolePage.SaysAsync(page.Locator("table.compared"), "≠ " + other);

        await page.Button("Restore revision 1").ClickAsync();
        await Assertions.Expect(page.Button("Restore now")).ToBeDisabledAsync();
        await page.Page.GetByLabel("Reason", new() { Exact = true }).FillAsync("rejects too much");
        await page.KeepAsync("recipes-restore");
        await page.Button("Restore now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("form table"), "as revision 1");
        await ConsolePage.SaysAsync(page.Locator("form table"), "rejects too much");
        Assert.Equal(before, await ShownLine.ActiveAsync(server, ShownLine.First));
        Assert.Contains("rejects too much", (await server.Audit.ListAuditEntriesAsync(new() { Subject = ShownLine.First }, cancellationToken: TestServer.Cancel)).Entries.Single(entry => entry.Action == "recipe.select").NewValue, StringComparison.Ordinal);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Product_GivenARecipeByHand_IsJudgedByItAndSelected()
    {
        await using var server = await ShownLine.StartAsync(parts: 3);
        var model = await ShownLine.ActiveAsync(server, ShownLine.First);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/recipes");
        var form = page.Locator(".recipe-form");
        await form.Locator("summary").ClickAsync();
        await form.GetByLabel("Product").FillAsync("lid-7");
        await form.GetByLabel("Threshold").FillAsync("0.25");
        await form.GetByLabel("Deadline, ms").FillAsync("70000");
        await page.Button("Activate…").ClickAsync();
        await ConsolePage.SaysAsync(form.Locator("label", new() { HasText = "Deadline" }), "70000 is not allowed: 1 to 60000.");
        await page.KeepAsync("recipes-new");
        await form.GetByLabel("Deadline, ms").FillAsync("500");
        await page.Button("Activate…").ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Group, new() { Name = $"Activate {model}" });
        await ConsolePage.SaysAsync(question, "press-1 · lid-7");
        await ConsolePage.SaysAsync(question, "Fromnothing");
        await ConsolePage.SaysAsync(question, "rejects above 0.25");
        await question.GetByLabel("Reason").FillAsync("a new lid");
        await page.Button("Activate now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".banner[role=status]"), $"lid-7: revision 2: {model}, rejects above 0.25");
        var recipe = (await server.Recipes.GetRecipeAsync(new() { Station = ShownLine.First, ProductId = "lid-7" }, cancellationToken: TestServer.Cancel)).Recipe;
        Assert.Equal((0.25f, 500, "a new lid"), (recipe.Threshold, recipe.Deadline.ToTimeSpan().TotalMilliseconds, recipe.Reason));

        await page.Page.Locator("section", new() { HasText = "Parts that come without a product" }).GetByLabel("Product").SelectOptionAsync("lid-7");
        await page.Button("Select…").ClickAsync();
        await page.Button("Select now").ClickAsync();
        await ConsolePage.SaysAsync(page.Page.Locator("section", new() { HasText = "Parts that come without a product" }).Locator("strong").First, "lid-7");
        Assert.Equal("lid-7", (await server.InspectAsync([ShownLine.Part(ShownLine.First, 4)]))[0].Inspection.ProductId);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Models_AcrossStations_NameTheirUseAndGiveTheirFile()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        var active = await ShownLine.ActiveAsync(server, ShownLine.First);
        await ShownLine.TrainFastAsync(server, active, passes: true);
        var candidate = (await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true)).ModelVersion;
        await using var page = await chromium.OpenAsync(server, "/models");

        await ConsolePage.SaysAsync(page.Locator($"tr[id='{candidate}']"), "Candidate");
        await ConsolePage.SaysAsync(page.Locator($"tr[id='{candidate}']"), "✓ gate passed");
        await ConsolePage.SaysAsync(page.Locator($"tr[id='{active}']"), "press-1 #1 Active");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Link($"Download {candidate}").ClickAsync());
        Assert.Equal(candidate + ".alm", download.SuggestedFilename);
        Assert.Equal("good", await File.ReadAllTextAsync(await download.PathAsync(), TestServer.Cancel));
    }

    /// <summary>The glare that makes these parts rejects is drawn over, by mouse, and is judged no more.</summary>
    [Fact]
    public async Task Area_DrawnOverADefect_IsLeftOutFromTheNextFrameOn()
    {
        await using var server = await ShownLine.StartAsync(parts: 3);
        Assert.Equal(Verdict.NotOk, (await server.InspectAsync([ShownLine.Part(ShownLine.First, 4, isReject: true)]))[0].Inspection.Verdict);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/recipes");
        await page.UntilAliveAsync();
        var canvas = page.Locator("[data-canvas]");
        await canvas.ScrollIntoViewIfNeededAsync();
        var box = (await canvas.BoundingBoxAsync())!;
        await page.Page.GetByLabel("rectangle", new() { Exact = true }).CheckAsync();
        await page.Page.Mouse.MoveAsync(box.X + 2, box.Y + 2);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2), new() { Steps = 4 });
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.8f), box.Y + (box.Height * 0.8f), new() { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        await ConsolePage.SaysAsync(page.Locator(".area .shapes"), "Left out: rectangle");

        await page.Page.GetByLabel("brush", new() { Exact = true }).CheckAsync();
        await page.Page.Mouse.MoveAsync(box.X + 20, box.Y + box.Height - 6);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + 60, box.Y + box.Height - 6, new() { Steps = 3 });
        await page.Page.Mouse.UpAsync();
        await Assertions.Expect(page.Locator(".area .shapes li")).ToHaveCountAsync(2);
        await page.KeepAsync("recipes-area");
        await page.Button("Remove shape 2").ClickAsync();

        // The model has learnt whole frames: a rectangle would show it larger parts.
        await Assertions.Expect(page.Locator(".area .fault")).ToHaveCountAsync(0);
        await page.Page.GetByLabel("judged rectangle", new() { Exact = true }).CheckAsync();
        await canvas.ScrollIntoViewIfNeededAsync();
        box = (await canvas.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + 10, box.Y + 10);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2), new() { Steps = 3 });
        await page.Page.Mouse.UpAsync();
        await ConsolePage.SaysAsync(page.Locator(".area .fault"), "The model has learnt whole frames");
        await page.Locator(".area .shapes li").Filter(new() { HasText = "Judged:" }).GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(page.Locator(".area .fault")).ToHaveCountAsync(0);

        await page.Button("Apply the area…").ClickAsync();
        await page.Locator(".area [data-reason]").FillAsync("glare of the new lamp");
        await page.Button("Apply now").ClickAsync();
        await Assertions.Expect(page.Locator("form table tbody tr")).ToHaveCountAsync(2);

        var recipe = (await server.Recipes.GetRecipeAsync(new() { Station = ShownLine.First }, cancellationToken: TestServer.Cancel)).Recipe;
        Assert.Equal((2u, "glare of the new lamp", AreaShape.Types.Kind.Rectangle), (recipe.Revision, recipe.Reason, Assert.Single(recipe.LeftOut).Kind));
        Assert.Equal(Verdict.Ok, (await server.InspectAsync([ShownLine.Part(ShownLine.First, 4, isReject: true)]))[0].Inspection.Verdict);
        Assert.Empty(page.Errors);
    }
}
