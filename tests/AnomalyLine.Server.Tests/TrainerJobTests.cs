using AnomalyLine.Demo;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Processes;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Server.Tests;

/// <summary>The program itself as a trainer that does jobs.</summary>
[Trait("Speed", "Slow")]
public sealed class TrainerJobTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_TrainThenWarmStartWithGate_ModelsAndDocuments()
    {
        var folder = Directory.CreateTempSubdirectory("anomalyline-job-").FullName;
        SyntheticParts.WriteDataset(folder, trainCount: 20, testNormals: 8, testPerDefect: 1, seed: 3, width: 64, height: 64);
        await File.WriteAllTextAsync(Path.Combine(folder, "train/good/read-me.txt"), "parts of Monday", Cancel);
        string first = Path.Combine(folder, "first.alm"), second = Path.Combine(folder, "second.alm");
        var request = new TrainingRequest
        {
            Method = "ae-l2",
            Preset = "fast",
            DataFolder = folder,
            Output = first,
            Epochs = 2,
            Device = "cpu",
            Resume = true,
            FalseRejectRate = 0.2,
            Options = new Dictionary<string, string> { ["size"] = "128", ["width"] = "4", ["latent"] = "8" },
        };

        // With nothing to compare it with, the model is tried alone on what it has not learnt from.
        var trialFile = Path.Combine(folder, "trial.json");
        var alone = new JobWork(request, null) { Trial = new TrialRequest { Model = first, DataFolder = folder, Device = "cpu", Output = trialFile } };
        Assert.Equal("trained; there is no active model to compare it with", (await RunAsync(folder, alone))[^1].Message);
        var trial = TrialReport.Parse(await File.ReadAllTextAsync(trialFile, Cancel));
        var counts = trial.Frames.CountBy(frame => frame.Group).ToDictionary();
        Assert.Equal((ModelFile.ReadManifest(first).Version, ModelFile.ReadManifest(first).Manifest.Calibration.Threshold), (trial.Version, trial.Threshold));
        Assert.Equal(8, counts[GateGroup.Normal]);
        Assert.True(counts[GateGroup.Planted] > 8 && counts[GateGroup.Reject] > 1, $"{counts[GateGroup.Planted]} planted, {counts[GateGroup.Reject]} rejects");
        Assert.All(trial.Frames, frame => Assert.True(float.IsFinite(frame.Score)));
        var lines = await RunAsync(folder, new JobWork(
            request with { From = first, Output = second, Epochs = 1, Options = new Dictionary<string, string>() },
            new GateRequest { Candidate = second, Active = first, DataFolder = folder, Device = "cpu", Output = folder }));

        Assert.Contains(lines, line => line is { Phase: "training", Epoch: 1, Epochs: 1 });
        Assert.Contains(lines, line => line.Phase == "comparing");
        Assert.Contains(lines, line => line is { Phase: "note", Message: "train/good: left out files that are no frames (1 .txt)." });
        Assert.Contains(lines, line => line.Phase == "note" && line.Message.Contains("normals are left out: one of the models learnt from them", StringComparison.Ordinal));
        Assert.StartsWith("The gate ", lines[^1].Message, StringComparison.Ordinal);
        Assert.Equal(ModelFile.ReadManifest(first).Version, ModelFile.ReadManifest(second).Manifest.Parent);
        Assert.Equal(ModelFile.ReadManifest(second).Version, GateReport.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "gate.json"), Cancel)).Candidate.Version);

        // Once more, as after a restart: the model is there, so only the gate is asked.
        var again = await RunAsync(folder, new JobWork(request, null));
        Assert.DoesNotContain(again, line => line.Phase == "training");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<List<TrainerLine>> RunAsync(string folder, JobWork work)
    {
        var file = Path.Combine(folder, "work.json");
        await File.WriteAllBytesAsync(file, work.ToJson(), Cancel);
        var lines = new List<TrainerLine>();
        await TrainerProcess.RunAsync(new ChildCommand(Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Server"), [TrainerProcess.JobArgument, file]), lines.Add, Cancel);
        return lines;
    }
}
