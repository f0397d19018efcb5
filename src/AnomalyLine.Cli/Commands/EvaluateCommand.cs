using System.CommandLine;
using AnomalyLine.Detection.Models;
using AnomalyLine.Evaluation;
using AnomalyLine.Evaluation.Reports;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline evaluate`: how well a model tells normal from anomalous.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Output output)
    {
        var model = CommonOptions.Model();
        var data = new Option<string>("--data") { Description = "Folder in MVTec AD layout; its test folders are judged.", Required = true, HelpName = "DIR" };
        var report = new Option<string?>("--report") { Description = "Write a report as one HTML file.", HelpName = "FILE" };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("evaluate", "Judge labelled frames and measure: AUROC, AP, AU-PRO, F1, false rejects, escapes, time.") { model, data, report, device, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var asJson = parsed.GetValue(json);
            Task<EvaluationResult> Run(Action<double, string> tell) => RunAsync(
                parsed.GetRequiredValue(model), parsed.GetRequiredValue(device), parsed.GetRequiredValue(data), parsed.GetValue(report), tell, cancel);
            var result = output.IsTerminal && !asJson ? await ProgressBar.ShowAsync(output, Run) : await Run((_, _) => { });
            if (asJson) await output.Result.WriteLineAsync(result.ToJson());
            else EvaluationText.Write(output.Result, result, parsed.GetValue(report));
            return result.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;
        });
        return command;
    }

    /// <summary>One thread for the model's whole life.</summary>
    private static Task<EvaluationResult> RunAsync(
        string modelPath, string device, string dataFolder, string? report, Action<double, string> tell, CancellationToken cancel) => Task.Factory.StartNew(
        () =>
        {
            if (report is not null && AtomicFile.WhyNot(report) is { } unwritable) throw new CommandException(unwritable);
            var data = DatasetFolder.OpenToTest(dataFolder);
            tell(0, "loading the model");
            using var model = ModelLoader.Load(modelPath, device);
            var subject = new EvaluationSubject(model.Manifest.Method, model.DeviceName, model.Manifest.Calibration);
            var progress = new Told<EvaluationProgress>(step => tell((double)step.Done / step.Total, $"{step.Done} of {step.Total} frames"));
            var result = Evaluator.Evaluate(model, subject, data, progress, TimeProvider.System, cancel);
            if (report is null) return result;
            tell(1, "writing the report");
            EvaluationReport.Write(report, result, model, data, model.Manifest.Losses);
            return result;
        },
        cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
