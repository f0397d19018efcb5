using System.Globalization;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Cli.Commands;

/// <summary>A training with its progress on a terminal, as lines of text, or as lines of JSON.</summary>
internal static class TrainRun
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(TrainingRequest request, Output output, bool json, CancellationToken cancel)
    {
        if (json)
        {
            var asked = await TrainAsync(request, new Told<TrainingProgress>(progress => output.WriteJson(Line(progress))), cancel);
            output.WriteJson(Result(asked));
            return Code(asked);
        }

        var result = output.IsTerminal
            ? await ProgressBar.ShowAsync(output, tell => TrainAsync(request, new Told<TrainingProgress>(progress => tell(progress.Done, Text(progress))), cancel))
            : await TrainAsync(request, new Told<TrainingProgress>(progress => output.Result.WriteLine(Text(progress))), cancel);
        var manifest = result.Manifest;
        await output.Result.WriteLineAsync($"{result.Path}: {result.Version}, trained on {manifest.TrainingSet.Count} normals in {manifest.Metrics["trainingMinutes"]:0.0} minutes ({manifest.Metrics["epochs"]:0} epochs).");
        if (manifest.Input.SignificantBits is > 0 and var bits)
            await output.Result.WriteLineAsync($"Frames of 16-bit values: white is {(1 << bits) - 1} ({bits} significant bits) where they do not say. --set significantBits=N takes others.");
        await output.Result.WriteLineAsync($"Threshold {manifest.Calibration.Threshold:G6}. {manifest.Calibration.Note}");
        output.WriteNotes(manifest.Notes);
        return Code(result);
    }

    private static int Code(TrainingResult result) => result.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;

    /// <summary>Training takes a thread of its own for its whole time.</summary>
    private static Task<TrainingResult> TrainAsync(TrainingRequest request, Told<TrainingProgress> progress, CancellationToken cancel) =>
        Task.Factory.StartNew(() => Trainer.Train(request, progress, TimeProvider.System, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Text(TrainingProgress progress) => progress.Stage == TrainingStage.Training
        ? string.Create(CultureInfo.InvariantCulture, $"epoch {progress.Epoch}/{progress.Epochs}  loss {(double.IsNaN(progress.Loss) ? "-" : progress.Loss.ToString("G4", CultureInfo.InvariantCulture))}  {progress.Elapsed:hh\\:mm\\:ss}, about {progress.Left:hh\\:mm\\:ss} left")
        : $"{progress.Stage.ToString().ToLowerInvariant()}  {progress.Elapsed:hh\\:mm\\:ss}";

    private static object Line(TrainingProgress progress) => new
    {
        stage = progress.Stage,
        epoch = progress.Epoch,
        epochs = progress.Epochs,
        loss = double.IsFinite(progress.Loss) ? progress.Loss : (double?)null,
        done = progress.Done,
        elapsedSeconds = progress.Elapsed.TotalSeconds,
        leftSeconds = progress.Left.TotalSeconds,
    };

    private static object Result(TrainingResult result) => new
    {
        stage = "done",
        path = result.Path,
        version = result.Version,
        method = result.Manifest.Method,
        preset = result.Manifest.Preset,
        seed = result.Manifest.Seed,
        trainingSet = result.Manifest.TrainingSet,
        significantBits = result.Manifest.Input.SignificantBits,
        calibration = result.Manifest.Calibration,
        notes = result.Manifest.Notes,
        unreadable = result.Unreadable,
        metrics = result.Manifest.Metrics,
    };
}
