using System.CommandLine;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Catalog;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline inspect`: images to scores, verdicts and overlays, without a server.</summary>
internal static class InspectCommand
{
    public static Command Create(Output output)
    {
        var model = CommonOptions.Model();
        var input = new Option<string>("--input") { Description = "An image, or a folder of images.", Required = true, HelpName = "FILE_OR_DIR" };
        var folder = new Option<string>("--output") { Description = "Folder for the overlays; made where it is missing.", Required = true, HelpName = "DIR" };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Judge images: score, verdict, and the anomaly map over the image.") { model, input, folder, device, json };
        command.SetAction(async (parsed, cancel) =>
        {
            if (AtomicFile.WhyNotInto(parsed.GetRequiredValue(folder)) is { } unwritable) throw new CommandException(unwritable);
            var asJson = parsed.GetValue(json);
            var version = "";
            IReadOnlyList<string> notes = [], unreadable = [];
            var frames = await Task.Factory.StartNew(
                () =>
                {
                    using var loaded = ModelLoader.Load(parsed.GetRequiredValue(model), parsed.GetRequiredValue(device));
                    version = loaded.Version;
                    var run = new InspectRun(loaded, loaded.Manifest.Calibration, parsed.GetRequiredValue(folder));
                    (notes, unreadable) = (run.Notes, run.Unreadable);
                    return run.Inspect(parsed.GetRequiredValue(input), asJson ? _ => { } : frame => output.Result.WriteLine(Line(frame)), cancel);
                },
                cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (asJson) output.WriteJson(new { modelVersion = version, threshold = frames[0].Threshold, frames, notes, unreadable });
            else output.WriteNotes(notes);
            return unreadable.Count == 0 ? ExitCode.Done : ExitCode.Partly;
        });
        return command;
    }

    private static string Line(InspectedFrame frame) => frame.Reason.Length > 0 ? $"{frame.Verdict}  {frame.Reason}" : $"{frame.Verdict,-6} {frame.Score:G5} / {frame.Threshold:G5}  {frame.Path} -> {frame.Overlay}";
}
