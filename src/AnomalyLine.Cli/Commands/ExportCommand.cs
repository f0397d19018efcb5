using System.CommandLine;
using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Learning.Export;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline export`: a model's network for other engines.</summary>
internal static class ExportCommand
{
    public static Command Create(Output output)
    {
        var model = CommonOptions.Model();
        var onnx = new Option<string>("--onnx") { Description = "The ONNX file to write.", Required = true, HelpName = "FILE" };
        var json = CommonOptions.Json();
        var command = new Command("export", "Write a model's network as an ONNX file, with its threshold and how map and score are computed; for methods of one pass.") { model, onnx, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(onnx);
            if (AtomicFile.WhyNot(path) is { } unwritable) throw new CommandException(unwritable);
            var export = await Task.Factory.StartNew(
                () => OnnxFile.Write(parsed.GetRequiredValue(model), path), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (parsed.GetValue(json)) output.WriteJson(export);
            else Print(output.Result, path, export);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter writer, string path, OnnxExport export)
    {
        var megabytes = (export.Bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
        writer.WriteLine($"{path}: {export.ModelVersion}, operator set {export.OperatorSet}, {megabytes} MB; frames to {string.Join(", ", export.Outputs)}");
        writer.WriteLine($"  map: {export.Map}");
        writer.WriteLine($"  score: {export.Score}");
        writer.WriteLine($"  anomalous above {export.Threshold.ToString("G5", CultureInfo.InvariantCulture)}");
    }
}
