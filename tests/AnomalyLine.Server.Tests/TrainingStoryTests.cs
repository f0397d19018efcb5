using AnomalyLine.Demo;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Tests.Storage;
using Grpc.Core;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>From a job to an active model and back, by the services.</summary>
[Trait("Speed", "Slow")]
public sealed class TrainingStoryTests(PostgresServer postgres)
{
    private static CancellationToken Cancel => TestServer.Cancel;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_CandidateGateShadowActivationRollback_EachStepIsNamed(bool isPostgres)
    {
        string[] settings = isPostgres ? [$"--AnomalyLine:Management:ConnectionString={await postgres.CreateDatabaseAsync()}"] : [];
        await using var server = await TestServer.StartReadyAsync(["s"], settings);
        await CollectAndReviewAsync(server);
        var active = (await server.Recipes.GetRecipeAsync(new() { Station = "s" }, cancellationToken: Cancel)).Recipe.ModelVersion;
        await PrepareTrainerAsync(server, active);

        var job = (await server.Training.StartJobAsync(new() { Order = new() { Station = "s", Method = "riad", BaseData = "parts", Options = { new Wire.TrainingOption { Name = "size", Value = "64" } } } }, Headers, cancellationToken: Cancel)).Job;
        var last = await WatchAsync(server, job.Id);

        Assert.Equal((Wire.JobState.Succeeded, "ann", "64"), (last.State, last.CreatedBy, Assert.Single(last.Order.Options).Value));
        Assert.Contains("epoch 1 of 2", (await server.Training.GetJobLogAsync(new() { Id = job.Id }, cancellationToken: Cancel)).Text, StringComparison.Ordinal);
        var candidate = (await VersionsAsync(server))[0];
        Assert.Equal((2u, Wire.ModelStage.Candidate, false, active, "trained"), (candidate.Number, candidate.Stage, candidate.GatePasses, candidate.GateAgainst, candidate.Origin));
        var gate = await server.Models.GetGateAsync(new() { Station = "s", Version = candidate.Version }, cancellationToken: Cancel);
        Assert.Equal("<html>", gate.Html);

        // A shadow gives no verdict: frames are still judged by the active model.
        await server.Models.SetShadowAsync(new() { Station = "s", Version = candidate.Version, Enabled = true }, Headers, cancellationToken: Cancel);
        var shadow = new Wire.GetShadowResponse();
        for (var id = 1ul; shadow.Judged < 3; id++)
        {
            var judged = Assert.Single(await server.InspectAsync([TestServer.Request("s", id, 200)])).Inspection;
            Assert.Equal((active, Wire.Verdict.NotOk), (judged.ModelVersion, judged.Verdict));
            shadow = await server.Models.GetShadowAsync(new() { Station = "s" }, cancellationToken: Cancel);
            Assert.Equal("", shadow.Fault);
        }

        Assert.Equal((candidate.Version, active, shadow.Judged), (shadow.Version, shadow.ActiveVersion, shadow.Agreed));

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.ActivateAsync("s", candidate.Version));
        Assert.Equal((StatusCode.FailedPrecondition, "gate-not-passed"), (refused.StatusCode, refused.Trailers.GetValue("error-code")));
        Assert.Contains("does not pass", refused.Status.Detail, StringComparison.Ordinal);

        await server.Recipes.ActivateRecipeAsync(new() { Station = "s", ModelVersion = candidate.Version, OverrideReason = "told by Eve" }, Headers, cancellationToken: Cancel);
        Assert.Equal([Wire.ModelStage.Active, Wire.ModelStage.Retired], (await VersionsAsync(server)).Select(version => version.Stage));
        Assert.Equal(candidate.Version, Assert.Single(await server.InspectAsync([TestServer.Request("s", 1, 200)])).Inspection.ModelVersion);

        await server.Recipes.RollbackRecipeAsync(new() { Station = "s", Reason = "rejects too much" }, Headers, cancellationToken: Cancel);
        var retired = (await VersionsAsync(server))[0];
        Assert.Equal((Wire.ModelStage.Retired, "told by Eve"), (retired.Stage, retired.OverrideReason));
        Assert.Equal(active, Assert.Single(await server.InspectAsync([TestServer.Request("s", 2, 200)])).Inspection.ModelVersion);

        var actions = (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: Cancel)).Entries.Where(entry => entry.User == "ann").Select(entry => entry.Action);
        Assert.Equal(
            [
                "collection.set", "sample.review", "job.start", "model.register", "model.stage", "model.override", "recipe.activate", "model.stage", "model.stage", "recipe.rollback", "model.stage",
                "model.stage",
            ],
            actions);
        Assert.Equal("", (await server.Audit.VerifyAuditAsync(new(), cancellationToken: Cancel)).Reason);
        if (isPostgres) Assert.False(File.Exists(Path.Combine(server.Folder, "management.db")));
    }

    [Fact]
    public async Task Activate_UploadedModelWhereAnotherOneJudges_OnlyWithAReason()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);
        var first = Assert.Single(await VersionsAsync(server));
        Assert.Equal((1u, Wire.ModelStage.Active, "uploaded"), (first.Number, first.Stage, first.Origin));
        var second = await server.UploadAsync("two");

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.ActivateAsync("s", second));

        Assert.Equal("gate-not-passed", refused.Trailers.GetValue("error-code"));
        Assert.Contains("no gate has seen it", refused.Status.Detail, StringComparison.Ordinal);
        var candidate = (await VersionsAsync(server))[0];
        Assert.Equal((2u, Wire.ModelStage.Candidate, second, "uploaded"), (candidate.Number, candidate.Stage, candidate.Version, candidate.Origin));
        await server.ActivateAsync("s", second, "tried on the bench");
        Assert.Equal(Wire.ModelStage.Retired, (await VersionsAsync(server))[1].Stage);
        await server.ActivateAsync("s", first.Version);
    }

    [Fact]
    public async Task Upload_WithAStation_IsACandidateOfItAtOnce()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);

        var version = await server.UploadAsync("two", "s");

        Assert.Equal((version, Wire.ModelStage.Candidate), ((await VersionsAsync(server))[0].Version, (await VersionsAsync(server))[0].Stage));
    }

    [Fact]
    public async Task DeleteModel_ThatARunningJobReads_IsRefusedUntilTheJobIsOver()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);
        await CollectAndReviewAsync(server);
        var first = Assert.Single(await VersionsAsync(server)).Version;
        await PrepareTrainerAsync(server, first);
        await File.AppendAllTextAsync(Path.Combine(server.Folder, "trainer.sh"), $"\ntouch {server.Folder}/begun; while [ ! -e {server.Folder}/go ]; do sleep 0.05; done\n", Cancel);
        var job = (await server.Training.StartJobAsync(new() { Order = new() { Station = "s", Method = "riad", BaseData = "parts" } }, cancellationToken: Cancel)).Job;
        using var begun = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(Path.Combine(server.Folder, "begun"))) await begun.WaitForNextTickAsync(Cancel);

        // With two others after it, it neither judges nor is what a rollback brings back; only the job's gate still compares with it.
        foreach (var content in new[] { "three", "four" }) await server.ActivateAsync("s", await server.UploadAsync(content), "a try");
        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Models.DeleteModelAsync(new() { Version = first }, cancellationToken: Cancel).ResponseAsync);
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "go"), "", Cancel);
        await WatchAsync(server, job.Id);

        Assert.Equal("model-in-use", refused.Trailers.GetValue("error-code"));
        Assert.EndsWith($"{first} cannot be removed: training job {job.Id} reads it; wait for its end, or cancel it.", refused.Status.Detail, StringComparison.Ordinal);
        await server.Models.DeleteModelAsync(new() { Version = first }, cancellationToken: Cancel);
        Assert.DoesNotContain((await server.Models.ListModelsAsync(new(), cancellationToken: Cancel)).Models, model => model.Version == first);
    }

    [Fact]
    public async Task Job_ForAProduct_ModelIsACandidateOfAllItsStations()
    {
        await using var server = await TestServer.StartReadyAsync(["a", "b", "c"]);
        var active = (await server.Recipes.GetRecipeAsync(new() { Station = "a" }, cancellationToken: Cancel)).Recipe.ModelVersion;
        foreach (var station in new[] { "b", "c" }) await server.Recipes.ActivateRecipeAsync(new() { Station = station, ProductId = "X", ModelVersion = active }, cancellationToken: Cancel);
        await PrepareTrainerAsync(server, active);

        var job = (await server.Training.StartJobAsync(new() { Order = new() { ProductId = "X", Method = "riad", BaseData = "parts" } }, Headers, cancellationToken: Cancel)).Job;
        var last = await WatchAsync(server, job.Id);

        Assert.True(last.State == Wire.JobState.Succeeded, last.Message);
        Assert.Equal(("b", "X"), (last.Order.Station, last.Order.ProductId));
        Assert.Equal(last.ModelVersion, (await VersionsAsync(server, "b"))[0].Version);
        Assert.Equal(last.ModelVersion, (await VersionsAsync(server, "c"))[0].Version);
        Assert.Equal(active, Assert.Single(await VersionsAsync(server, "a")).Version);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Training.StartJobAsync(new() { Order = new() { ProductId = "Y", Method = "riad" } }, cancellationToken: Cancel));
        Assert.Equal("invalid-argument", refused.Trailers.GetValue("error-code"));
    }

    private static async Task CollectAndReviewAsync(TestServer server)
    {
        await server.Samples.SetCollectionAsync(new() { Policy = new() { Station = "s", EveryNthOk = 1, Interval = new() } }, Headers, cancellationToken: Cancel);
        await server.InspectAsync([TestServer.Request("s", 1001, 40)]);
        await server.Get<Management.Samples.SampleCollector>().FlushAsync(Cancel);
        var sample = Assert.Single((await server.Samples.ListSamplesAsync(new() { Station = "s" }, cancellationToken: Cancel)).Samples);
        await server.Samples.ReviewSamplesAsync(new() { Ids = { sample.Id }, State = Wire.SampleState.Approved }, Headers, cancellationToken: Cancel);
    }

    [Fact]
    public async Task SetSensitivity_OverTheWire_ShiftsTheThresholdAndIsAudited()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);

        var recipe = (await server.Recipes.SetSensitivityAsync(new() { Station = "s", Sensitivity = 0.1f }, Headers, cancellationToken: Cancel)).Recipe;

        Assert.Equal((2u, 0.1f, 0.2f, 0.5f, 0.45f), (recipe.Revision, recipe.Sensitivity, recipe.SensitivityLimit, recipe.Threshold, recipe.JudgedThreshold));
        Assert.Equal(0.45f, Assert.Single(await server.InspectAsync([TestServer.Request("s", 1, 120)])).Inspection.Threshold);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Recipes.SetSensitivityAsync(new() { Station = "s", Sensitivity = 0.3f }, cancellationToken: Cancel));
        Assert.Equal("invalid-recipe", refused.Trailers.GetValue("error-code"));
        Assert.Contains((await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: Cancel)).Entries, entry => entry is { Action: "recipe.sensitivity", User: "ann" });
    }

    [Fact]
    public async Task StartJob_WrongOrUnknown_SaysWhat()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);
        foreach (var (request, word) in new[]
        {
            (new Wire.StartJobRequest(), "invalid-argument"),
            (new Wire.StartJobRequest { Order = new() { Station = "t", Method = "riad" } }, "station-not-found"),
            (new Wire.StartJobRequest { Order = new() { Station = "s" } }, "invalid-job"),
        })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Training.StartJobAsync(request, cancellationToken: Cancel));
            Assert.Equal(word, refused.Trailers.GetValue("error-code"));
        }

        var missing = await Assert.ThrowsAsync<RpcException>(async () => await server.Training.GetJobAsync(new() { Id = 9 }, cancellationToken: Cancel));
        Assert.Equal("job-not-found", missing.Trailers.GetValue("error-code"));
        Assert.Empty((await server.Training.ListJobsAsync(new(), cancellationToken: Cancel)).Jobs);
    }

    [Fact]
    public async Task GetDrift_PartsWereJudged_HasTheirSignals()
    {
        await using var server = await TestServer.StartReadyAsync(["s"]);
        var drift = new Wire.GetDriftResponse();
        for (var id = 1ul; drift.Signals.Count == 0; id++)
        {
            await server.InspectAsync([TestServer.Request("s", id, 100)]);
            drift = await server.Stations.GetDriftAsync(new() { Station = "s" }, cancellationToken: Cancel);
        }

        Assert.Equal(["Score", "Brightness", "Sharpness", "Horizontal", "Vertical", "Rejects"], drift.Signals.Select(signal => signal.Signal));
        Assert.InRange(drift.Signals[0].Parts, 1ul, ulong.MaxValue);
        Assert.Empty(drift.Alarms);
    }

    private static Metadata Headers => new() { { "x-user", "ann" } };

    private static async Task<IReadOnlyList<Wire.StationModel>> VersionsAsync(TestServer server, string station = "s") =>
        (await server.Models.ListModelVersionsAsync(new() { Station = station }, cancellationToken: Cancel)).Models;

    private static async Task<Wire.TrainingJob> WatchAsync(TestServer server, ulong id)
    {
        using var call = server.Training.WatchJob(new() { Id = id }, cancellationToken: Cancel);
        Wire.TrainingJob? last = null;
        while (await call.ResponseStream.MoveNext(Cancel)) last = call.ResponseStream.Current.Job;
        return last!;
    }

    /// <summary>A trainer that writes a model file and a comparison that does not pass.</summary>
    private static async Task PrepareTrainerAsync(TestServer server, string active)
    {
        SyntheticParts.WriteDataset(Path.Combine(server.Folder, "datasets/parts"), trainCount: 5, testNormals: 1, testPerDefect: 1, seed: 1, width: 64, height: 64);
        var calibration = FakeModels.Check("/dev/null").Calibration;
        var report = new GateReport
        {
            Passes = false,
            Candidate = new GateModel("identity-x", "identity", 0.5f, calibration, null),
            Active = new GateModel(active, "identity", 0.5f, calibration, null),
            DataDigest = new string('0', 64),
            Criteria = [],
            Notes = [],
            Time = DateTimeOffset.UnixEpoch,
            Frames = [],
        };
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "gate.json"), report.ToJson(), Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(server.Folder, "trainer.sh"),
            $$"""
            echo '{"phase":"training","fraction":0.5,"loss":1,"message":"epoch 1 of 2","epoch":1,"epochs":2,"leftSeconds":1}'
            printf two > $OUT/model.alm
            cp {{server.Folder}}/gate.json $OUT/gate.json
            printf '<html>' > $OUT/gate.html
            """,
            Cancel);
    }
}
