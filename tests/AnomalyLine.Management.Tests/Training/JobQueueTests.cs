using System.Text.Json;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Tests.Training;

[Trait("Speed", "Slow")]
public sealed class JobQueueTests(PostgresServer postgres, SmallModels models)
{
    private const string Forever = """echo '{"phase":"training","fraction":0.25,"loss":0.5,"message":"epoch 1 of 4","epoch":1,"epochs":4,"leftSeconds":30}'; echo $$ > $OUT/pid; exec sleep 600""";

    private string Trains => $"""echo '{"{"}"phase":"training","fraction":1,"loss":0.25,"message":"epoch 4 of 4","epoch":4,"epochs":4{"}"}'; cp {models.Good.Path} $OUT/model.alm""";

    [Fact]
    public async Task Job_TrainerSucceeds_ModelIsACandidateWithWhatTheLogSays()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Trains);

        var added = await test.AddAsync(TestJobs.Draft());
        var job = await test.UntilAsync(added.Id, j => j.State == JobState.Succeeded);

        Assert.Equal((models.Good.Version, "ann", 1, 4, 0.25), (job.ModelVersion, job.CreatedBy, job.Attempts, job.Epoch, job.Loss));
        var version = Assert.Single((await test.Registry.ListAsync("press-1", TestDatabase.Cancel)).Value);
        Assert.Equal((1, models.Good.Version, ModelStage.Candidate, job.Id), (version.Number, version.Version, version.Stage, version.JobId));
        Assert.Equal(models.Good.Manifest.TrainingSet.Digest, version.DataDigest);
        Assert.NotNull(test.Store.Find(models.Good.Version));
        var log = await File.ReadAllTextAsync(test.Queue.FolderOf(job.Id).Log, TestDatabase.Cancel);
        var frozen = DatasetFolder.Open(models.Data).TrainNormals.Select(AnomalyLine.Detection.Models.TrainingDigests.Of).Count(JobFolder.IsFrozen);
        Assert.Contains($"{40 - frozen} normals to train on, {80 + frozen} in the frozen set", log, StringComparison.Ordinal);
        Assert.Contains("epoch 4 of 4", log, StringComparison.Ordinal);
        await test.UntilDataIsGoneAsync(job.Id);
        Assert.Equal(["job.start", "model.register", "job.end"], (await test.Test.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value.Select(entry => entry.Action));
    }

    /// <summary>A model that learns from whole frames and then judges a part of them is wrong about every one.</summary>
    [Fact]
    public async Task Job_RecipeWithAnArea_TrainsOnJustThat()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var area = new InspectionArea(new RegionOfInterest(10, 10, 60, 60), [new AreaShape(AreaShapeKind.Ellipse, [12, 12, 30, 30])]);
        test.Active = new Recipe("press-1", 1, "m-1", 1, 1, area, TimeSpan.FromSeconds(1));
        test.Start($"cp $WORK $OUT/seen; {Trains}");

        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft())).Id, j => j.State == JobState.Succeeded);

        var seen = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(test.Queue.FolderOf(job.Id).Path, "seen"), TestDatabase.Cancel)).RootElement;
        Assert.Equal(area, seen.GetProperty("Training").GetProperty("Area").Deserialize<InspectionArea>());
    }

    [Fact]
    public async Task Job_CancelledWhileItRuns_ProcessIsGoneAndTheNextRuns()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start($"if [ $(basename $OUT) = 1 ]; then {Forever}; fi; {Trains}");
        var first = await test.AddAsync(TestJobs.Draft());
        var second = await test.AddAsync(TestJobs.Draft());
        var running = await test.UntilAsync(first.Id, j => j.Epoch == 1);
        Assert.Equal((JobState.Running, 4, 0.3, 30.0), (running.State, running.Epochs, Math.Round(running.Done, 9), running.LeftSeconds));
        Assert.Equal(JobState.Queued, (await test.Jobs.GetAsync(second.Id, TestDatabase.Cancel)).Value.State);

        var cancelled = (await test.Queue.CancelAsync(first.Id, TestDatabase.Somebody, TestDatabase.Cancel)).Value;

        Assert.Equal((JobState.Cancelled, ""), (cancelled.State, cancelled.ModelVersion));
        Assert.Equal(JobState.Succeeded, (await test.UntilAsync(second.Id, j => j.IsOver)).State);
    }

    [Fact]
    public async Task Job_CancelledWhileItWaits_NeverRuns()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Forever);
        var first = await test.AddAsync(TestJobs.Draft());
        var second = await test.AddAsync(TestJobs.Draft());
        await test.UntilAsync(first.Id, j => j.Epoch == 1);

        Assert.Equal(JobState.Cancelled, (await test.Queue.CancelAsync(second.Id, TestDatabase.Somebody, TestDatabase.Cancel)).Value.State);

        Assert.Equal(0, (await test.Jobs.GetAsync(second.Id, TestDatabase.Cancel)).Value.Attempts);
        Assert.Equal(LineErrorCode.JobNotFound, (await test.Queue.CancelAsync(99, TestDatabase.Somebody, TestDatabase.Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Job_TrainerDies_FailedWithTheReason()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start("echo 'out of memory' >&2; exit 137");
        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft())).Id, j => j.IsOver);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("code 137: out of memory", job.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_ServerStopsWhileItRuns_GoesOnAfterTheStart()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Forever);
        var job = await test.AddAsync(TestJobs.Draft());
        await test.UntilAsync(job.Id, j => j.Epoch == 1);
        await test.StopAsync();
        Assert.Equal(JobState.Running, (await test.Jobs.GetAsync(job.Id, TestDatabase.Cancel)).Value.State);

        test.Start($"grep -q '\"Resume\":true' $WORK || exit 9; {Trains}");

        var done = await test.UntilAsync(job.Id, j => j.State == JobState.Succeeded);
        Assert.Equal(2, done.Attempts);
    }

    [Fact]
    public async Task Job_ServerStopsThreeTimes_Failed()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Forever);
        var job = await test.AddAsync(TestJobs.Draft());
        for (var attempt = 1; attempt <= JobQueue.MostAttempts; attempt++)
        {
            await test.UntilAsync(job.Id, j => j.Attempts == attempt && j.Message.Contains("epoch", StringComparison.Ordinal));
            await test.StopAsync();
            test.Start(Forever);
        }

        var failed = await test.UntilAsync(job.Id, j => j.IsOver);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Contains("stopped 3 times", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_NothingApproved_FailedAndSaysWhatToDo()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Trains);
        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft(baseData: ""))).Id, j => j.IsOver);
        Assert.Contains("no approved normal to train on; approve samples", job.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WarmStartWithoutActiveModel_FailedAndSaysWhatToDo()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Start(Trains);
        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft() with { Method = "", WarmStart = true })).Id, j => j.IsOver);
        Assert.Contains("has no active model to start from", job.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_ApprovedSamples_FrozenOnesAreNeverTrainedOn()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var data = DatasetFolder.Open(models.Data);
        await test.ApproveAsync(data.TrainNormals);
        await test.ApproveAsync(data.TestFrames.Where(f => !f.IsNormal).Select(f => f.Path).Take(3), SampleLabel.Anomalous);
        var frozen = data.TrainNormals.Select(AnomalyLine.Detection.Models.TrainingDigests.Of).Count(JobFolder.IsFrozen);
        Assert.InRange(frozen, 1, 20);
        test.Start("find $OUT/data -type f | sed s,$OUT/data/,, | cut -d/ -f1,2 | sort | uniq -c | tr -s ' ' > $OUT/seen; exit 1");

        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft(baseData: ""))).Id, j => j.IsOver);

        Assert.Equal(
            [$" 3 test/dent", $" {frozen} test/good", $" {40 - frozen} train/good"],
            await File.ReadAllLinesAsync(Path.Combine(test.Queue.FolderOf(job.Id).Path, "seen"), TestDatabase.Cancel));
    }

    [Fact]
    public async Task Job_ForAProduct_TrainsOnTheSamplesOfAllItsStations()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var normals = DatasetFolder.Open(models.Data).TrainNormals.Where(path => !JobFolder.IsFrozen(AnomalyLine.Detection.Models.TrainingDigests.Of(path))).Take(6).ToList();
        await test.ApproveAsync(normals.Take(2));
        await test.ApproveAsync(normals.Skip(2).Take(3), station: "press-2");
        await test.ApproveAsync(normals.Skip(5), station: "press-3");
        test.ProductStations = ["press-1", "press-2"];
        test.Start("ls $OUT/data/train/good | wc -l > $OUT/seen; exit 1");

        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft(baseData: "") with { ProductId = "X" })).Id, j => j.IsOver);

        Assert.Equal("5", (await File.ReadAllTextAsync(Path.Combine(test.Queue.FolderOf(job.Id).Path, "seen"), TestDatabase.Cancel)).Trim());
    }

    [Fact]
    public async Task Job_LessFreeThanReserved_FailedBeforeItBeginsAndSaysWhatToDo()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        test.Reserved = long.MaxValue;
        test.Start("touch $OUT/began; exit 1");

        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft())).Id, j => j.IsOver);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("stay for the inspection log", job.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(test.Queue.FolderOf(job.Id).Path, "began")));
    }

    [Fact]
    public async Task Job_GuardDoubtsANormal_SampleIsMarkedAndTheJobSaysSo()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var normals = DatasetFolder.Open(models.Data).TrainNormals.Take(5).ToList();
        await test.ApproveAsync(normals);
        var doubted = AnomalyLine.Detection.Models.TrainingDigests.Of(normals[0]);
        test.Start($$"""printf '{"Checked":40,"Reasons":[{"Key":"{{doubted}}","Value":"It is odd."}]}' > $OUT/doubts.json; {{Trains}}""");

        var job = await test.UntilAsync((await test.AddAsync(TestJobs.Draft())).Id, j => j.IsOver);

        Assert.Contains("WARNING: 1 of its 40 normals look as if they were none (1 samples are marked)", job.Message, StringComparison.Ordinal);
        Assert.Contains($"guard: WARNING {doubted}: It is odd.", await File.ReadAllTextAsync(test.Queue.FolderOf(job.Id).Log, TestDatabase.Cancel), StringComparison.Ordinal);
        Assert.Equal("It is odd.", (await test.SampleAsync(doubted)).Suspicion);
    }

    [Fact]
    public async Task Add_EverythingWrong_NamesEverything()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var draft = new TrainingJob { Station = "s", Method = "magic", Preset = "quick", FalseRejectRate = 2, MaxMinutes = 0, Threads = -1, BaseData = "../x", Options = "size" };
        var error = (await test.Jobs.AddAsync(draft, TestDatabase.Somebody, TestDatabase.Cancel)).Error;
        Assert.Equal(LineErrorCode.InvalidJob, error?.Code);
        foreach (var part in new[] { "'magic'", "'quick'", "false_reject_rate: 2", "max_minutes: 0", "threads: -1", "'../x'", "'size'" })
            Assert.Contains(part, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_OptionsTheMethodDoesNotHaveOrCannotTake_AreNamedBeforeAnythingTrains()
    {
        await using var test = await TestJobs.CreateAsync(postgres, models);
        var draft = new TrainingJob { Station = "s", Method = "fair", Preset = "fast", Options = "rotation=5\ncolor=1\nbatch-size=many" };
        var error = (await test.Jobs.AddAsync(draft, TestDatabase.Somebody, TestDatabase.Cancel)).Error;
        Assert.Equal(LineErrorCode.InvalidJob, error?.Code);
        Assert.Contains("options: option 'color' is unknown", error!.Message, StringComparison.Ordinal);
        Assert.Contains("options: option 'batch-size' cannot be 'many'", error.Message, StringComparison.Ordinal);
        Assert.True((await test.Jobs.AddAsync(draft with { Options = "rotation=5" }, TestDatabase.Somebody, TestDatabase.Cancel)).TryGet(out _, out _));
    }
}
