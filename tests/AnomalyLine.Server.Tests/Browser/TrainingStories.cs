using Microsoft.Playwright;

namespace AnomalyLine.Server.Tests.Browser;

[Collection(BrowserTests.Name)]
[Trait("Speed", "Slow")]
public sealed class TrainingStories(Chromium chromium)
{
    [Fact]
    public async Task Job_Started_ShowsProgressAndCanBeCancelled()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await ShownLine.TrainLongAsync(server);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/5");
        await page.Button("✓ Good").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "is approved as good");

        await page.GoAsync("/training");
        await ConsolePage.SaysAsync(page.Locator("main"), "1 approved normal part");
        await ConsolePage.SaysAsync(page.Locator(".plan"), "dinomaly");
        await page.Button("Train").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".job"), "epoch 5 of 20");
        await ConsolePage.SaysAsync(page.Locator(".job"), "95 s left");
        await ConsolePage.SaysAsync(page.Locator(".curve figcaption"), "on parts set aside: 0.093");

        await page.Link("Job 1").First.ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("h1"), "AnomalyLine");
        await page.UntilAliveAsync();
        await ConsolePage.SaysAsync(page.Locator(".log"), "training: epoch 5 of 20, loss 0.0371, validation 0.093");
        await Assertions.Expect(page.Locator(".curve polyline")).ToHaveCountAsync(2);
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Link("Download the whole log").ClickAsync());
        Assert.Equal("job-1.log", download.SuggestedFilename);
        Assert.Contains("reading the frames", await File.ReadAllTextAsync((await download.PathAsync())!, TestServer.Cancel), StringComparison.Ordinal);

        await page.Button("Cancel").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".job"), "Cancelled");
        await ConsolePage.SaysAsync(page.Locator(".log"), "Cancelled");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Job_Failed_SaysWhyOnItsPage()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await ShownLine.TrainFastAsync(server, await ShownLine.ActiveAsync(server, ShownLine.First), passes: true);
        await ShownLine.TrainBadlyAsync(server);
        var job = await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true);
        await using var page = await chromium.OpenAsync(server, $"/training/jobs/{job.Id}");

        await ConsolePage.SaysAsync(page.Locator(".job .fault"), "Why it failed:");
        await ConsolePage.SaysAsync(page.Locator(".job .fault"), "Lower it with --set learning-rate=0.17");
        await ConsolePage.SaysAsync(page.Locator(".log"), "failed: The loss became NaN");
        await page.GoAsync("/training/jobs/99");
        await ConsolePage.SaysAsync(page.Locator("main"), "No job 99");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Order_ChoicesAndBadOptions_ChangeThePlanAndAreNamedAtTheirField()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        await ShownLine.TrainLongAsync(server);
        await using var page = await chromium.OpenAsync(server, "/stations/press-1/inspections/5");
        await page.Button("✓ Good").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".judge [role=status]"), "is approved as good");
        await page.GoAsync("/training");

        await page.Page.GetByLabel("What is judged").SelectOptionAsync("surface");
        await ConsolePage.SaysAsync(page.Locator(".plan"), "On the fabric that was measured");
        await page.Page.GetByLabel("Training time").SelectOptionAsync("60");
        await ConsolePage.SaysAsync(page.Locator(".plan"), "at most 60 min");
        await page.Locator("summary").ClickAsync();
        await page.Page.GetByLabel("Options of the method").FillAsync("rotation=5\ncolor=1\nbatch-size=many");
        await page.Button("Train").ClickAsync();

        var field = page.Page.Locator("label", new() { HasText = "Options of the method" });
        await ConsolePage.SaysAsync(field, "option 'color' is unknown");
        await ConsolePage.SaysAsync(field, "option 'batch-size' cannot be 'many'");
        await page.KeepAsync("training-wrong-options");
        Assert.Equal(0, await page.Locator(".job").CountAsync());

        await page.Page.GetByLabel("Options of the method").FillAsync("rotation=5");
        await page.Page.GetByLabel("Set a tenth").CheckAsync();
        await page.Button("Train").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".job"), "dinomaly");
        var job = (await server.Training.GetJobAsync(new() { Id = 1 }, cancellationToken: TestServer.Cancel)).Job;
        Assert.Equal(("dinomaly", 60.0, "patience=10, rotation=5"), (job.Order.Method, job.Order.MaxMinutes, string.Join(", ", job.Order.Options.Select(option => $"{option.Name}={option.Value}"))));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Schedule_AddedChangedAndDeleted_SaysWhatHoldsAndIsRefusedWhereThePageIsOld()
    {
        await using var server = await ShownLine.StartAsync(parts: 2);
        await using var page = await chromium.OpenAsync(server, "/training");
        await page.Link("Schedules").ClickAsync();
        await page.UntilAliveAsync();
        await page.Button("Add a schedule…").ClickAsync();
        var form = page.Locator(".schedule");
        await form.GetByLabel("Time of day").FillAsync("");
        await page.Button("Set it…").ClickAsync();
        await ConsolePage.SaysAsync(form.Locator(".fault"), "Give a time of day");
        await form.GetByLabel("Time of day").FillAsync("02:30");
        await form.GetByLabel("Data set beside the samples").FillAsync("../other");
        await page.Button("Set it…").ClickAsync();
        await ConsolePage.SaysAsync(form.Locator("label", new() { HasText = "Data set" }), "letters a to z, digits, - and _ only");
        await form.GetByLabel("Data set beside the samples").FillAsync("");
        foreach (var day in new[] { "Tue", "Thu" }) await form.GetByLabel(day).UncheckAsync();
        await page.KeepAsync("schedule-form");
        await page.Button("Set it…").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".confirm"), "Sun Mon Wed Fri Sat 02:30 UTC · again from the active model");
        await page.Button("Set it now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".banner[role=status]"), "The schedule of press-1 is set.");
        await ConsolePage.SaysAsync(page.Locator("tbody tr"), "press-1");
        var kept = Assert.Single((await server.Training.ListSchedulesAsync(new(), cancellationToken: TestServer.Cancel)).Schedules);
        Assert.Equal((150u, 107u, true), (kept.MinuteOfDay, kept.Weekdays, kept.Enabled));

        await page.Button("Turn off the schedule of press-1").ClickAsync();
        await server.Training.SetScheduleAsync(new() { Schedule = new() { Station = "press-1", Enabled = true, AfterApproved = 50, Method = "riad" } }, cancellationToken: TestServer.Cancel);
        await page.Button("Set it now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".banner[role=alert]"), "nothing was changed");
        await ConsolePage.SaysAsync(page.Locator("tbody tr"), "after 50 approved samples");
        await ConsolePage.SaysAsync(page.Locator("tbody tr"), "0 of 50 samples");

        await page.Button("Turn off the schedule of press-1").ClickAsync();
        await page.Button("Set it now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("tbody tr"), "– off");
        await page.KeepAsync("schedules");
        await page.Button("Delete the schedule of press-1").ClickAsync();
        await page.Button("Delete it now").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator(".banner[role=status]"), "The schedule of press-1 is deleted.");
        Assert.Empty((await server.Training.ListSchedulesAsync(new(), cancellationToken: TestServer.Cancel)).Schedules);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Gate_InGerman_ShowsTheDisagreementsAndLeadsToTheDocument()
    {
        await using var server = await ShownLine.StartAsync(parts: 2);
        await ShownLine.TrainFastAsync(server, await ShownLine.ActiveAsync(server, ShownLine.First), passes: false);
        var candidate = (await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true)).ModelVersion;
        await using var page = await chromium.OpenAsync(server, $"/stations/press-1/models/{candidate}/gate");
        await page.Locator("a[hreflang=de]").First.ClickAsync();
        await page.UntilAliveAsync();

        await ConsolePage.SaysAsync(page.Locator("main"), "Von 80 guten Teilen würde der Kandidat 9 ablehnen, das aktive Modell 1.");
        await Assertions.Expect(page.Locator(".differences").First.Locator("figure")).ToHaveCountAsync(2);
        await page.Locator(".differences").Last.ScrollIntoViewIfNeededAsync();
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.differences img')].every(i => i.complete && i.naturalWidth === 256)");
        foreach (var view in View.All)
        {
            await page.LookAsync(view);
            await page.KeepAsync("gate-german");
            Assert.Equal([], await page.FindFaultsAsync());
        }

        Assert.DoesNotMatch("(?i)the candidate|reject|normals|escape|active", await page.Locator("main").InnerTextAsync());
        await page.Link("Das Dokument, wie es geschrieben wurde").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("h1"), "The gate does not pass");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Candidate_NotPassed_ActivatesWithAReasonAndRollsBack()
    {
        await using var server = await ShownLine.StartAsync(parts: 6);
        var active = await ShownLine.ActiveAsync(server, ShownLine.First);
        await ShownLine.TrainFastAsync(server, active, passes: false);
        var candidate = (await ShownLine.StartJobAsync(server, ShownLine.First, untilOver: true)).ModelVersion;
        await using var page = await chromium.OpenAsync(server, "/training");

        await page.Link("✕ not passed").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("main"), "The gate does not pass");
        await ConsolePage.SaysAsync(page.Locator("main"), "Of 80 good parts the candidate would reject 9, the active model 1.");

        await page.GoAsync("/training");
        await page.Button("Activate…").ClickAsync();
        var question = page.Page.GetByRole(AriaRole.Group, new() { Name = $"Activate {candidate}" });
        await ConsolePage.SaysAsync(question, $"Station{ShownLine.First}");
        await ConsolePage.SaysAsync(question, $"revision 1: {active}, rejects above 0.5");
        await ConsolePage.SaysAsync(question, $"To{candidate}, rejects above 0.5");
        await Assertions.Expect(page.Button("Activate now")).ToBeDisabledAsync();
        await ConsolePage.SaysAsync(question.Locator(".trial"), "2 of 2 good parts would be rejected. 1 of 1 defects drawn into pictures of good parts would be found.");
        await page.KeepAsync("training-activate");
        await page.Page.GetByLabel("Reason for activating a model that failed the check (required)").FillAsync("told by Eve");
        await page.Button("Activate now").ClickAsync();
        var row = page.Locator($"section:has-text('Models of {ShownLine.First}') tr:has-text('{candidate}')");
        await ConsolePage.SaysAsync(row, "Active");
        await ConsolePage.SaysAsync(page.Locator("main"), $"{ShownLine.First} judges with {candidate} from the next frame on.");
        Assert.Equal(candidate, await ShownLine.ActiveAsync(server, ShownLine.First));

        await row.GetByRole(AriaRole.Button, new() { Name = "Restore the recipe before…" }).ClickAsync();
        var panel = page.Page.GetByRole(AriaRole.Group, new() { Name = "Restore the recipe before", Exact = true });
        await ConsolePage.SaysAsync(panel, $"revision 2: {candidate}");
        await ConsolePage.SaysAsync(panel, $"the values of revision 1: {active}");
        await Assertions.Expect(page.Button("Restore now")).ToBeDisabledAsync();
        await panel.GetByLabel("Reason").FillAsync("rejects too much");
        await page.Button("Restore now").ClickAsync();
        await ConsolePage.SaysAsync(row, "Retired");
        Assert.Equal(active, await ShownLine.ActiveAsync(server, ShownLine.First));

        await page.GoAsync("/audit");
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("override");
        await page.Button("Show").ClickAsync();
        await page.UntilAliveAsync();
        await Assertions.Expect(page.Locator("table.audit tbody tr")).ToHaveCountAsync(1);
        await page.Locator("table.audit summary").ClickAsync();
        await ConsolePage.SaysAsync(page.Locator("table.audit"), "told by Eve");
        Assert.Empty(page.Errors);
    }
}
