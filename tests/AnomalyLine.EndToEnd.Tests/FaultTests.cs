using System.Diagnostics;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Demo;
using AnomalyLine.EndToEnd.Tests.Harness;
using Grpc.Core;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>What can break beside the line, against a real server: whatever it is, frames are judged, the failure has a reason, and nothing half-written stays.</summary>
public sealed class FaultTests(TrainedModel model, ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trainer_KilledWhileItTrains_JobFailedWithTheReasonAndTheNextOneRuns()
    {
        using var folder = new TemporaryFolder();
        await using var server = Server(folder["data"]);
        var (client, training) = await StartAsync(server, folder);
        var job = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
        await UntilAsync(training, job, found => found.Epoch > 0);

        Process.GetProcessById(TrainerOf(server)).Kill();

        var failed = await UntilAsync(training, job, found => found.EndTime is not null);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Contains("The trainer ended with code 137", failed.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, await JudgeAsync(client, 1));
        var next = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
        await UntilAsync(training, next, found => found.Epoch > 0);
        Assert.Equal(JobState.Cancelled, (await training.CancelJobAsync(new() { Id = next }, cancellationToken: Cancel)).Job.State);
        output.WriteLine(failed.Message);
    }

    [Fact]
    public async Task Server_KilledWhileAJobRuns_TheJobGoesOnAfterTheStart()
    {
        using var folder = new TemporaryFolder();
        await using var server = Server(folder["data"]);
        var (client, training) = await StartAsync(server, folder);
        var job = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
        await UntilAsync(training, job, found => found.Epoch > 0);
        using var trainer = Process.GetProcessById(TrainerOf(server));

        await server.KillAsync();
        await trainer.WaitForExitAsync(Cancel).WaitAsync(s_limit, Cancel);
        await server.StartAsync();

        Assert.Equal(Verdict.Ok, await JudgeAsync(client, 1));
        var going = await UntilAsync(training, job, found => found.Attempts == 2 && found.Epoch > 0);
        Assert.Equal(JobState.Running, going.State);
        await training.CancelJobAsync(new() { Id = job }, cancellationToken: Cancel);
    }

    [Fact]
    public async Task Disk_FullWhileAJobTrains_JobFailedWithTheReasonAndNothingHalfWritten()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to mount a small disk");
        using var folder = new TemporaryFolder();
        var jobs = Directory.CreateDirectory(folder["data/jobs"]).FullName;
        var (mounted, why) = await RunningProgram.RunAsync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", jobs], s_limit);
        Assert.SkipUnless(mounted == 0, $"needs a small disk, and none can be mounted: {why}");
        try
        {
            await using var server = Server(folder["data"], reservedMegabytes: 16);
            var (client, training) = await StartAsync(server, folder);
            var job = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
            await UntilAsync(training, job, found => found.Epoch > 0);

            await FillAsync(Path.Combine(jobs, "something-else"));

            var failed = await UntilAsync(training, job, found => found.EndTime is not null);
            Assert.Equal(JobState.Failed, failed.State);
            Assert.Matches("MiB are free, of which 16 MiB stay for the inspection log|No space left", failed.Message);
            Assert.Equal(Verdict.Ok, await JudgeAsync(client, 1));
            Assert.Empty(Directory.GetFiles(Path.Combine(jobs, $"{job}"), "model.alm*"));
            Assert.Single((await client.Models.ListModelVersionsAsync(new() { Station = "press-1" }, cancellationToken: Cancel)).Models);
            Assert.Single((await client.Models.ListModelsAsync(new(), cancellationToken: Cancel)).Models);

            // The next one is refused as long as the disk is full, and runs when it is not.
            var second = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
            Assert.Contains("free the disk and start the job again", (await UntilAsync(training, second, found => found.EndTime is not null)).Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(jobs, "something-else"));
            var third = (await training.StartJobAsync(new() { Order = Order(5000) }, cancellationToken: Cancel)).Job.Id;
            await UntilAsync(training, third, found => found.Epoch > 0);
            await training.CancelJobAsync(new() { Id = third }, cancellationToken: Cancel);
            output.WriteLine(failed.Message);
        }
        finally
        {
            await RunningProgram.RunAsync("umount", ["-l", jobs], s_limit);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ModelFile_DamagedOnDisk_ActivationRefusedAndTheOtherStationGoesOn(bool isCutOff)
    {
        using var folder = new TemporaryFolder();
        await using var server = Server(folder["data"]);
        var (client, _) = await StartAsync(server, folder);
        var version = (await client.Models.ListModelsAsync(new(), cancellationToken: Cancel)).Models[0].Version;
        await TrainOtherAsync(folder);
        var other = (await client.UploadAsync(folder["other.alm"])).Version;
        await client.Stations.CreateStationAsync(new() { Name = "press-2" }, cancellationToken: Cancel);
        await client.Recipes.ActivateRecipeAsync(new() { Station = "press-2", ModelVersion = other, Threshold = 1e9f, Deadline = new() { Seconds = 30 } }, cancellationToken: Cancel);

        // The model of press-2 is damaged, and that of press-1 is not: to activate the damaged one there is refused, and both go on with what they have in memory.
        await DamageAsync(folder[$"data/models/{other}.alm"], isCutOff);
        Assert.Equal((Verdict.Ok, Verdict.Ok), (await JudgeAsync(client, 1), await JudgeAsync(client, 1, "press-2")));
        Assert.Equal(0, (await server.StopAsync()).Code);
        await server.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.Recipes.ActivateRecipeAsync(
            new() { Station = "press-1", ModelVersion = other, OverrideReason = "test" }, cancellationToken: Cancel));
        Assert.Equal("model-unusable", refused.Trailers.GetValue("error-code"));
        Assert.Contains(other, refused.Status.Detail, StringComparison.Ordinal);

        var stations = (await client.Stations.ListStationsAsync(new(), cancellationToken: Cancel)).Stations.ToDictionary(station => station.Name);
        Assert.True(stations["press-1"].Ready);
        Assert.False(stations["press-2"].Ready);
        Assert.Equal((Verdict.Ok, version), await JudgeWithAsync(client, 2));
        var answer = (await client.InspectAsync(Request("press-2", 2)))[2].Inspection;
        Assert.Equal((Verdict.NotDecidable, 2ul), (answer.Verdict, answer.Sequence));
        Assert.Contains(other, answer.ReasonText, StringComparison.Ordinal);
        output.WriteLine($"{refused.Status.Detail}\n{answer.ReasonCode}: {answer.ReasonText}\n{stations["press-2"].Fault}");

        // What to do: upload the file again, and activate it.
        await client.UploadAsync(folder["other.alm"]);
        await client.Recipes.ActivateRecipeAsync(new() { Station = "press-2", ModelVersion = other, Threshold = 1e9f, Deadline = new() { Seconds = 30 } }, cancellationToken: Cancel);
        Assert.Equal(Verdict.Ok, await JudgeAsync(client, 3, "press-2"));
    }

    [Fact]
    public async Task Database_TakenAwayAndPutBack_LineGoesOnAndTheAuditIsNotBegunAnew()
    {
        using var folder = new TemporaryFolder();
        await using var server = Server(folder["data"]);
        var (client, training) = await StartAsync(server, folder);
        var entries = (await new AuditService.AuditServiceClient(server.Channel).VerifyAuditAsync(new(), cancellationToken: Cancel)).Entries;

        Directory.CreateDirectory(folder["away"]);
        foreach (var file in Directory.GetFiles(folder["data"], "management.db*")) File.Move(file, folder[$"away/{Path.GetFileName(file)}"]);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await training.StartJobAsync(new() { Order = Order(1) }, cancellationToken: Cancel));
        Assert.Equal("management-failed", refused.Trailers.GetValue("error-code"));
        Assert.Contains("is gone; put it back", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, await JudgeAsync(client, 1));
        Assert.Contains("Degraded", await server.Http.GetStringAsync("/health/ready", Cancel), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["data/management.db"]));

        foreach (var file in Directory.GetFiles(folder["away"])) File.Move(file, folder[$"data/{Path.GetFileName(file)}"]);
        var check = await new AuditService.AuditServiceClient(server.Channel).VerifyAuditAsync(new(), cancellationToken: Cancel);
        Assert.Equal(entries, check.Entries);
        Assert.Equal(Verdict.Ok, await JudgeAsync(client, 2));
    }

    private static ServerProcess Server(string data, int reservedMegabytes = 0) =>
        new(data, hasOpcUa: false, more: [$"--AnomalyLine:Management:ReservedDiskBytes={(long)reservedMegabytes << 20}"]);

    /// <summary>A station with a model that takes every part for good, and a base set to train on.</summary>
    private async Task<(LineClient Client, TrainingService.TrainingServiceClient Training)> StartAsync(ServerProcess server, TemporaryFolder folder)
    {
        SyntheticParts.WriteDataset(folder["data/datasets/parts"], trainCount: 12, testNormals: 0, testPerDefect: 0, seed: 7, Parts.Size, Parts.Size);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        var version = (await client.UploadAsync(model.Path)).Version;
        await client.Stations.CreateStationAsync(new() { Name = "press-1" }, cancellationToken: Cancel);
        await client.Recipes.ActivateRecipeAsync(new() { Station = "press-1", ModelVersion = version, Threshold = 1e9f, Deadline = new() { Seconds = 30 } }, cancellationToken: Cancel);
        return (client, new TrainingService.TrainingServiceClient(server.Channel));
    }

    private static TrainingOrder Order(int epochs) => new()
    {
        Station = "press-1",
        Method = "ae-l2",
        Preset = "fast",
        BaseData = "parts",
        Options = { new TrainingOption { Name = "epochs", Value = $"{epochs}" }, new TrainingOption { Name = "width", Value = "4" }, new TrainingOption { Name = "latent", Value = "8" } },
    };

    /// <summary>The job once a condition holds; a job that is over is handed out too.</summary>
    private static async Task<TrainingJob> UntilAsync(TrainingService.TrainingServiceClient training, ulong id, Func<TrainingJob, bool> holds)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(s_limit);
        using var call = training.WatchJob(new() { Id = id }, cancellationToken: end.Token);
        TrainingJob? last = null;
        while (await call.ResponseStream.MoveNext(end.Token))
        {
            last = call.ResponseStream.Current.Job;
            if (holds(last)) return last;
        }

        return Assert.IsType<TrainingJob>(last) is var over && holds(over) ? over : throw new InvalidOperationException($"{over.State}: {over.Message}");
    }

    private static int TrainerOf(ServerProcess server)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                var parent = File.ReadAllText(Path.Combine(folder, "stat")).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
                if (parent == $"{server.Running.Id}" && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("--trainer-job", StringComparison.Ordinal)) return int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // A process that has gone meanwhile.
            }
        }

        throw new InvalidOperationException("The server has no trainer.");
    }

    private async Task TrainOtherAsync(TemporaryFolder folder)
    {
        var (code, text) = await RunningProgram.RunAsync(
            Programs.Cli,
            ["train", "--from", model.Path, "--data", folder["data/datasets/parts"], "--output", folder["other.alm"], "--device", "cpu", "--max-minutes", "0.02"],
            s_limit);
        Assert.True(code == 0, text);
    }

    private static async Task DamageAsync(string path, bool isCutOff)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(path, isCutOff ? bytes[..(bytes.Length * 2 / 3)] : bytes, Cancel);
    }

    private static async Task FillAsync(string path)
    {
        var block = new byte[1 << 20];
        try
        {
            await using var file = File.Create(path);
            while (true) await file.WriteAsync(block, Cancel);
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    private static InspectRequest Request(string station, ulong id) => new() { RequestId = id, Station = station, PartId = $"{id}", Frame = Parts.Good((int)id) };

    private static async Task<Verdict> JudgeAsync(LineClient client, ulong id, string station = "press-1") => (await client.InspectAsync(Request(station, id)))[id].Inspection.Verdict;

    private static async Task<(Verdict Verdict, string Version)> JudgeWithAsync(LineClient client, ulong id) =>
        (await client.InspectAsync(Request("press-1", id)))[id].Inspection is var judged ? (judged.Verdict, judged.ModelVersion) : default;
}
