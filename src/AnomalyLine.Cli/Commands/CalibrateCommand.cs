using System.CommandLine;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline calibrate`: a threshold for an existing model, with what is certified of it.</summary>
internal static class CalibrateCommand
{
    public static Command Create(Output output)
    {
        var model = CommonOptions.Model();
        var data = new Option<string>("--data") { Description = "Folder in MVTec AD layout; its train/good and test/good are judged, but for what the model learnt from.", Required = true, HelpName = "DIR" };
        var rate = new Option<double>("--false-reject-rate") { Description = "Share of normal parts that may be rejected.", DefaultValueFactory = _ => 0.01, HelpName = "RATE" }.Within(1e-6, 0.999);
        var confidence = new Option<double>("--confidence") { Description = "How sure that must be.", DefaultValueFactory = _ => 0.95, HelpName = "SHARE" }.Within(0.01, 0.9999);
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("calibrate", "Take a threshold for a model from normal frames, with a certificate; refused where they are too few.") { model, data, rate, confidence, device, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var folder = DatasetFolder.OpenToTest(parsed.GetRequiredValue(data));
            string[] normals = [.. folder.TrainNormals, .. folder.TestFrames.Where(frame => frame.IsNormal).Select(frame => frame.Path)];
            var certificate = await Task.Factory.StartNew(
                () => Recalibration.Run(parsed.GetRequiredValue(model), normals, parsed.GetValue(rate), parsed.GetValue(confidence), parsed.GetRequiredValue(device), cancel),
                cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            certificate = certificate with { Notes = [.. certificate.Notes, .. folder.Notes] };
            if (parsed.GetValue(json)) output.WriteJson(certificate);
            else await output.Result.WriteLineAsync($"Threshold {certificate.Threshold:G6}, pixel threshold {certificate.PixelThreshold:G6}. {certificate.Note} Make it active with 'anomalyline stations activate STATION --model VERSION --threshold {certificate.Threshold:R}'.");
            if (!parsed.GetValue(json)) output.WriteNotes(certificate.Notes);
            return certificate.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;
        });
        return command;
    }
}
