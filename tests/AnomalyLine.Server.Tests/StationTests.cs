using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

public sealed class StationTests
{
    [Fact]
    public async Task StopStation_FramesOfIt_AreNotDecidableAndTheServerStaysHealthy()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var stopped = (await server.Stations.StopStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel)).Station;
        var refused = Assert.Single(await server.InspectAsync([TestServer.Request("a", 1, 1)])).Inspection;
        var health = await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestServer.Cancel);
        var started = (await server.Stations.StartStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel)).Station;
        var judged = Assert.Single(await server.InspectAsync([TestServer.Request("a", 2, 1)])).Inspection;

        Assert.Equal((Wire.StationMode.Stopped, false), (stopped.Mode, stopped.Ready));
        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.StationStopped), (refused.Verdict, refused.ReasonCode));
        Assert.True(health.IsSuccessStatusCode);
        Assert.Equal((Wire.StationMode.Continuous, true), (started.Mode, started.Ready));
        Assert.Equal(Wire.Verdict.Ok, judged.Verdict);
    }

    [Fact]
    public async Task Changes_WhoseAuditEntryCannotBeKept_HoldAndAreNoErrors()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        server.RunSql("management.db", "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(FAIL, 'no space left'); END");

        var stopped = (await server.Stations.StopStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel)).Station;
        var renamed = (await server.Stations.RenameStationAsync(new() { Name = "a", DisplayName = "Press" }, cancellationToken: TestServer.Cancel)).Station;
        var created = (await server.Stations.CreateStationAsync(new() { Name = "c" }, cancellationToken: TestServer.Cancel)).Station;
        await server.Stations.ResetCountersAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        await server.Stations.RemoveStationAsync(new() { Name = "b" }, cancellationToken: TestServer.Cancel);
        var key = await server.Access.AddKeyAsync(new() { Name = "camera", Role = Wire.Role.Camera }, cancellationToken: TestServer.Cancel);

        Assert.Equal((Wire.StationMode.Stopped, "Press", "c"), (stopped.Mode, renamed.DisplayName, created.Name));
        Assert.NotEmpty(key.Secret);
        Assert.Equal(["a", "c"], (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations.Select(station => station.Name));
        foreach (var action in new[] { "station.stop of 'a'", "station.rename of 'a'", "station.create of 'c'", "station.reset-counters of 'a'", "station.remove of 'b'", "key.add of 'camera'" })
            Assert.Contains(server.Log.Messages, line => line.Contains($"no entry of a change that holds: {action}", StringComparison.Ordinal) && line.Contains("no space left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RemoveStation_WithASchedule_TheScheduleEnds()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Training.SetScheduleAsync(new() { Schedule = new() { Station = "a", Enabled = true, AfterApproved = 10, Method = "riad" } }, cancellationToken: TestServer.Cancel);
        await server.Stations.RemoveStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);
        await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel);

        Assert.Empty((await server.Training.ListSchedulesAsync(new(), cancellationToken: TestServer.Cancel)).Schedules);
        Assert.Contains((await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries, entry => entry is { Action: "schedule.end", Subject: "a" });
    }

    [Fact]
    public async Task DeleteSchedule_OfAStation_EndsItOnce()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.Training.SetScheduleAsync(new() { Schedule = new() { Station = "a", Enabled = true, AfterApproved = 10, Method = "riad" } }, cancellationToken: TestServer.Cancel);

        Assert.True((await server.Training.DeleteScheduleAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Deleted);
        Assert.False((await server.Training.DeleteScheduleAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Deleted);
        Assert.Empty((await server.Training.ListSchedulesAsync(new(), cancellationToken: TestServer.Cancel)).Schedules);
    }

    [Fact]
    public async Task SetNextPart_ProductWithItsRecipe_IsUsedByTheNextFrameWithoutAPart()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var version = await server.UploadAsync("two");
        await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = version, ProductId = "B" }, cancellationToken: TestServer.Cancel);
        await server.Stations.SetNextPartAsync(new() { Station = "a", PartId = "p-1" }, cancellationToken: TestServer.Cancel);
        var answer = await server.Stations.SetNextPartAsync(
            new() { Station = "a", PartId = "p-2", ProductId = "B" }, cancellationToken: TestServer.Cancel);
        var announced = (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].NextPart;
        var frame = TestServer.Request("a", 1, 1);
        frame.PartId = "";

        var inspection = Assert.Single(await server.InspectAsync([frame])).Inspection;

        Assert.Equal(("p-1", "p-2"), (answer.Replaced.PartId, answer.Part.PartId));
        Assert.Equal(("p-2", "B"), (announced.PartId, announced.ProductId));
        Assert.Equal(("p-2", "B", version), (inspection.PartId, inspection.ProductId, inspection.ModelVersion));
        Assert.Null((await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].NextPart);
    }

    [Fact]
    public async Task SelectRecipe_ProductThenRevisionThenRollback_ListShowsWhatIsActive()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        var version = await server.UploadAsync("two");
        await server.Recipes.ActivateRecipeAsync(new() { Station = "a", ModelVersion = version, ProductId = "B" }, cancellationToken: TestServer.Cancel);
        await server.ActivateAsync("a", version, "it judges B well");

        var product = (await server.Recipes.SelectRecipeAsync(new() { Station = "a", ProductId = "B" }, cancellationToken: TestServer.Cancel)).Recipe;
        var revision = (await server.Recipes.SelectRecipeAsync(new() { Station = "a", Revision = 1, Reason = "as before" },
            cancellationToken: TestServer.Cancel)).Recipe;
        await server.Recipes.SelectRecipeAsync(new() { Station = "a", Revision = 3, Reason = "after all" }, cancellationToken: TestServer.Cancel);
        var back = (await server.Recipes.RollbackRecipeAsync(new() { Station = "a", Reason = "too strict" },
            cancellationToken: TestServer.Cancel)).Recipe;
        var listed = (await server.Recipes.ListRecipesAsync(new() { Station = "a" }, cancellationToken: TestServer.Cancel)).Recipes;

        Assert.Equal((2u, "B"), (product.Revision, product.ProductId));
        Assert.Equal((4u, 1u, ""), (revision.Revision, revision.RestoredFrom, revision.ProductId));
        Assert.Equal((6u, 1u, "too strict"), (back.Revision, back.RestoredFrom, back.Reason));
        Assert.Equal([(6u, true), (5u, false), (4u, false), (3u, false), (2u, true), (1u, false)], listed.Select(recipe => (recipe.Revision, recipe.Active)));
        Assert.All(listed, recipe => Assert.NotNull(recipe.ActivationTime));
    }

    [Fact]
    public async Task RemoveStation_OverRest_IsGoneAuditedAndItsInspectionsStay()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b"]);
        await server.InspectAsync([TestServer.Request("a", 1, 1)]);
        var renamed = (await server.Stations.RenameStationAsync(new() { Name = "a", DisplayName = "Press 1" }, cancellationToken: TestServer.Cancel)).Station;

        using var removed = await server.Http.DeleteAsync(new Uri("/v1/stations/a", UriKind.Relative), TestServer.Cancel);
        var refused = Assert.Single(await server.InspectAsync([TestServer.Request("a", 2, 1)]));
        var kept = (await server.Inspections.GetInspectionAsync(new() { Station = "a", Sequence = 1 }, cancellationToken: TestServer.Cancel)).Inspection;
        using var page = await server.Http.GetAsync(new Uri("/stations/a/inspections/1", UriKind.Relative), TestServer.Cancel);
        var audit = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries;

        Assert.Equal(("a", "Press 1"), (renamed.Name, renamed.DisplayName));
        Assert.True(removed.IsSuccessStatusCode);
        Assert.Equal("station-not-found", refused.Error.Code);
        Assert.Equal("part-1", kept.PartId);
        Assert.True(page.IsSuccessStatusCode);
        Assert.Equal(["b"], (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations.Select(station => station.Name));
        Assert.Contains(audit, entry => entry is { Action: "station.rename", Subject: "a" } && entry.NewValue.Contains("Press 1", StringComparison.Ordinal));
        Assert.Contains(audit, entry => entry is { Action: "station.remove", Subject: "a" });
        var again = (await server.Stations.CreateStationAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel)).Station;
        Assert.Equal((1ul, ""), (again.LastSequence, again.DisplayName));
    }

    [Fact]
    public async Task ResetCounters_AfterAnInspection_StatusCountsFromZero()
    {
        await using var server = await TestServer.StartReadyAsync(["a"]);
        await server.InspectAsync([TestServer.Request("a", 1, 1)]);
        var before = (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0];
        var reset = (await server.Stations.ResetCountersAsync(new() { Name = "a" }, cancellationToken: TestServer.Cancel)).Station;

        Assert.Equal((1ul, 0ul), (before.Counters.Inspected, reset.Counters.Inspected));
        Assert.True(reset.CountersSince.ToDateTimeOffset() > before.CountersSince.ToDateTimeOffset());
        Assert.Equal(1ul, reset.LastSequence);
    }
}
