using AnomalyLine.Demo;
using AnomalyLine.Inspection;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Demo;

/// <summary>Renders parts, trains a model on the good ones, makes the stations, and lets simulated cameras run. What is there from last time is used again.</summary>
internal sealed partial class DemoLine(
    DemoOptions demo, AnomalyLineOptions options, LineHost host, ModelStore models, RecipeChange change, DemoProgress progress, DemoCamera camera, IHostApplicationLifetime lifetime, ILogger<DemoLine> logger) : BackgroundService
{
    private DemoStep _logged = new("", 0);

    private string DataSet => Path.Combine(options.DataFolder, "parts");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // The cameras need the ports.
            var started = new TaskCompletionSource();
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            var model = models.List().FirstOrDefault(m => string.Equals(m.Manifest.Method, demo.Method, StringComparison.Ordinal)) ?? await TrainAsync(stoppingToken);
            foreach (var station in demo.Stations) await PrepareAsync(station, model, stoppingToken);
            progress.Report(new DemoStep("", 1));
            await System.Console.Out.WriteLineAsync(DemoGuide.Text(options, model.Version));
            await Task.WhenAll(demo.Stations.Select((station, i) => camera.RunAsync(station, i, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception failure) when (failure is TrainingFailedException or Detection.Models.ModelFileException or IOException)
        {
            LogFailed(failure.Message);
            progress.Report(new DemoStep("failed: {0}", 0, failure.Message));
        }
    }

    private async Task<StoredModel> TrainAsync(CancellationToken stoppingToken)
    {
        Report(new DemoStep("rendering {0} good parts", 0, demo.TrainingParts));
        await Task.Factory.StartNew(
            () => SyntheticParts.WriteDataset(DataSet, demo.TrainingParts, 4, 2, seed: 1, demo.FrameSize, demo.FrameSize),
            stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var output = Path.Combine(options.DataFolder, "demo.alm");
        var request = new TrainingRequest
        {
            Method = demo.Method,
            Preset = demo.Preset,
            DataFolder = DataSet,
            Output = output,
            MaxTime = TimeSpan.FromMinutes(demo.MaxMinutes),
        };
        await TrainerProcess.RunAsync(
            request, line => Report(new DemoStep("training {0} in a process of its own: {1}", line.Fraction, demo.Method, line.Message)), stoppingToken);
        Report(new DemoStep("checking the trained model", 1));
        await using (var file = File.OpenRead(output))
        {
            var model = await models.AddAsync(file, stoppingToken, isOwn: true);
            File.Delete(output);
            return model;
        }
    }

    private async Task PrepareAsync(string station, StoredModel model, CancellationToken stoppingToken)
    {
        var status = host.Line.GetStation(station);
        if (status.Error is { Code: LineErrorCode.StationNotFound }) status = await host.Line.CreateStationAsync(station, stoppingToken);
        if (string.Equals(Require(status).Recipe?.ModelVersion, model.Version, StringComparison.Ordinal) && Require(status).Ready) return;
        Report(new DemoStep("activating {0} at {1}", 1, model.Version, station));
        Require(await change.ActivateAsync(
            station, "", model.Version,
            calibration => new Recipe(station, 0, model.Version, calibration.Threshold, calibration.PixelThreshold, null, TimeSpan.FromSeconds(2)),
            new ChangeRequest(Caller.Server("demonstration"), "another model of the demonstration"), stoppingToken, ModelOrigin.Demonstration));
    }

    private static T Require<T>(Outcome<T> outcome) => outcome.TryGet(out var value, out var error) ? value : throw new IOException(error.Message);

    private void Report(DemoStep step)
    {
        var last = _logged;
        progress.Report(step);

        // The page shows every step; a terminal is told of a new kind of work and of each further tenth.
        if (Math.Abs(step.Fraction - last.Fraction) < 0.1 && string.Equals(FirstWord(step), FirstWord(last), StringComparison.Ordinal)) return;
        _logged = step;
        LogStep(step.Text, step.Fraction);
    }

    private static string FirstWord(DemoStep step) => step.Text.Split(' ')[0];

    [LoggerMessage(EventId = 109, Level = LogLevel.Information, Message = "{Step} ({Fraction:P0})")]
    private partial void LogStep(string step, double fraction);

    [LoggerMessage(EventId = 106, Level = LogLevel.Error, Message = "The demonstration cannot go on: {Reason}")]
    private partial void LogFailed(string reason);
}
