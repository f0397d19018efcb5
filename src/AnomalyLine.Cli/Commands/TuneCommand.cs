using System.CommandLine;
using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Tuning;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline tune`: normal frames and a budget to the model that finds planted defects best.</summary>
internal static class TuneCommand
{
    public static Command Create(Output output)
    {
        var data = new Option<string>("--data") { Description = "Folder in MVTec AD layout; only its train/good is read.", Required = true, HelpName = "DIR" };
        var file = new Option<string>("--output") { Description = "The model file to write.", Required = true, HelpName = "FILE" };
        var minutes = new Option<double>("--max-minutes") { Description = "Time for everything.", DefaultValueFactory = _ => 30, HelpName = "M" };
        var milliseconds = new Option<double>("--max-ms-per-frame") { Description = "Time that the model may take for a frame on this machine.", DefaultValueFactory = _ => 50, HelpName = "MS" };
        var methods = new Option<string[]>("--method") { Description = "Try this method; may be repeated. All methods where it is left out.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var rate = new Option<double>("--false-reject-rate") { Description = "Share of normal parts that may be rejected.", DefaultValueFactory = _ => 0.01, HelpName = "RATE" };
        var heldOut = new Option<double>("--held-out") { Description = "Share of normals held out for ranking and calibration.", DefaultValueFactory = _ => 0.2, HelpName = "SHARE" };
        var report = new Option<string?>("--report") { Description = "Write a report as one HTML file.", HelpName = "FILE" };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        methods.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => MethodCatalog.Find(token.Value) is null))
                result.AddError($"--method is '{token.Value}'; use one of {string.Join(", ", MethodCatalog.All.Select(entry => entry.Name))}.");
        });
        var area = CommonOptions.Area("What is learnt from and judged of each frame; all of it by default.");
        var command = new Command("tune", "Choose the method: train candidates within a budget, rank them on planted defects, write the best model.")
        {
            data, file, area, minutes.Within(0.01, 100_000), milliseconds.Within(0.001, 1e6), methods, seed, rate.Within(1e-6, 0.999), heldOut.Within(0.001, 0.5), report, device, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new TuningRequest
            {
                DataFolder = parsed.GetRequiredValue(data),
                Output = parsed.GetRequiredValue(file),
                MaxTime = TimeSpan.FromMinutes(parsed.GetRequiredValue(minutes)),
                MaxMsPerFrame = parsed.GetRequiredValue(milliseconds),
                Area = CommonOptions.ReadArea(parsed.GetValue(area)),
                Methods = parsed.GetRequiredValue(methods),
                Seed = parsed.GetRequiredValue(seed),
                Device = parsed.GetRequiredValue(device),
                FalseRejectRate = parsed.GetRequiredValue(rate),
                HeldOut = parsed.GetRequiredValue(heldOut),
            };
            return await RunAsync(request, parsed.GetValue(report), output, parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(TuningRequest request, string? report, Output output, bool asJson, CancellationToken cancel)
    {
        if (report is not null && AtomicFile.WhyNot(report) is { } unwritable) throw new CommandException(unwritable);
        Task<TuningResult> Tune(Action<double, string> tell) => Task.Factory.StartNew(
            () => Tuner.Tune(request, new Told<TuningProgress>(step => tell(step.Done, step.Text)), TimeProvider.System, cancel),
            cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var last = "";
        void Tell(double done, string text)
        {
            // A line a step, not one an epoch: the log of half an hour stays readable.
            var step = text.Split(": epoch", 2)[0];
            if (step == last) return;
            last = step;
            output.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done * 100:0} %  {step}"));
        }

        var result = output.IsTerminal && !asJson ? await ProgressBar.ShowAsync(output, Tune) : await Tune(Tell);
        if (report is not null) TuningReport.Write(report, result);
        if (asJson) output.WriteJson(Json(result));
        else
        {
            Print(output.Result, result, report);
            output.WriteNotes(result.Model.Manifest.Notes);
        }

        return result.Model.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;
    }

    private static void Print(TextWriter writer, TuningResult result, string? report)
    {
        TextTable.Write(
            writer, ["METHOD", "PRESET", "ROUND", "MINUTES", "MS/FRAME", "FOUND", "IMAGE AUROC", "PIXEL AUROC", ""],
            result.Trials.Select(trial => (IReadOnlyList<string>)
            [
                trial.Method, trial.Preset, trial.Round == 0 ? "-" : Number(trial.Round, "0"), Number(trial.Minutes, "0.0"), Number(trial.MsPerFrame, "0.0"),
                Number(trial.Score?.Found, "0.000"), Number(trial.Score?.ImageAuroc, "0.000"), Number(trial.Score?.PixelAuroc, "0.000"), trial.IsChosen ? "chosen" : trial.Note.ReplaceLineEndings(" "),
            ]));
        writer.WriteLine();
        writer.WriteLine(result.Reason);
        writer.WriteLine($"The figures are for defects planted on {result.Frames} held-out normal frames: they rank the methods, they do not foretell how real defects are found.");
        writer.WriteLine($"{result.Model.Path}: {result.Model.Version}, {result.Elapsed.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture)} minutes in all. {result.Model.Manifest.Calibration.Note}");
        if (report is not null) writer.WriteLine($"report: {report}");
    }

    private static object Json(TuningResult result) => new
    {
        path = result.Model.Path,
        version = result.Model.Version,
        reason = result.Reason,
        frames = result.Frames,
        minutes = result.Elapsed.TotalMinutes,
        calibration = result.Model.Manifest.Calibration,
        notes = result.Model.Manifest.Notes,
        unreadable = result.Model.Unreadable,
        trials = result.Trials.Select(trial => new
        {
            trial.Round,
            trial.Method,
            trial.Preset,
            msPerFrame = double.IsFinite(trial.MsPerFrame) ? trial.MsPerFrame : (double?)null,
            trial.Minutes,
            trial.Score,
            trial.IsChosen,
            trial.Note,
        }),
    };

    private static string Number(double? value, string format) => value is { } known && double.IsFinite(known) ? known.ToString(format, CultureInfo.InvariantCulture) : "-";
}
