using System.CommandLine;
using System.Globalization;
using AnomalyLine.Detection.Models;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline train`: normal frames to a model file.</summary>
internal static class TrainCommand
{
    public static Command Create(Output output)
    {
        var method = new Option<string>("--method") { Description = "The method; see 'anomalyline methods'. Not needed with --from." }
            .OneOf([.. MethodCatalog.All.Select(entry => entry.Name)]);
        var data = new Option<string>("--data") { Description = "Folder in MVTec AD layout; its train/good is learnt.", Required = true, HelpName = "DIR" };
        var file = new Option<string>("--output") { Description = "The model file to write.", Required = true, HelpName = "FILE" };
        var from = new Option<string?>("--from") { Description = "A model file to start from: its method, options and weights, with a fifth of its epochs at half its learning rate. Methods that learn at once add the frames that are new.", HelpName = "FILE" };
        var preset = new Option<string>("--preset") { Description = "The options to start from.", DefaultValueFactory = _ => "balanced" }.OneOf([.. MethodDescriptor.PresetNames]);
        var set = new Option<string[]>("--set") { Description = "Change an option of the preset; may be repeated.", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var smallest = new Option<double?>("--smallest-defect-pixels") { Description = "Side of the smallest defect that must be seen, pixels of the frame: chooses the scale, and tiles where one look at the frame would be too coarse.", HelpName = "N" };
        var length = new Option<double?>("--smallest-defect") { Description = "The same as a length, with --pixel in the same unit: 0.3 with 0.05 for 0.3 mm where a pixel shows 0.05 mm.", HelpName = "LENGTH" };
        var pixel = new Option<double?>("--pixel") { Description = "What a pixel of the frame shows of the part, in the unit of --smallest-defect.", HelpName = "LENGTH" };
        var align = new Option<string?>("--align") { Description = "Find each part and lay it upon a reference before it is judged: auto where normal frames say that it holds and helps, on, or off, which is the default. A frame without a part where parts lie is then not decidable." }.OneOf("auto", "off", "on");
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the frames instead of the preset's.", HelpName = "N" };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1, HelpName = "N" };
        var minutes = new Option<double?>("--max-minutes") { Description = "Time limit of the training steps.", HelpName = "M" };
        var rate = new Option<double>("--false-reject-rate") { Description = "Share of normal parts that may be rejected.", DefaultValueFactory = _ => 0.01, HelpName = "RATE" };
        var heldOut = new Option<double>("--held-out") { Description = "Share of normals held out for calibration.", DefaultValueFactory = _ => 0.2, HelpName = "SHARE" };
        var calibration = new Option<string?>("--calibration")
        {
            Description = "How the threshold is taken: conformal from held-out normals, cross from all normals by models that leave some out, quantile as the plain quantile. By default conformal, and cross for methods that train in seconds where the held-out normals are too few.",
        }.OneOf("conformal", "cross", "quantile");
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoint that an interrupted training of the same output left." };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json("Print progress as lines of JSON; the last line is the result.");
        set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError($"--set is '{token.Value}'; write it as key=value.");
        });
        var area = CommonOptions.Area("What is learnt from and judged of each frame; all of it by default, or what the model of --from has.");
        var command = new Command("train", "Learn what normal parts look like, calibrate the threshold, write a model file.")
        {
            method, data, file, from, preset, set, area, align, smallest.Within(0.5, 1000), length.Within(1e-9, 1e9), pixel.Within(1e-9, 1e9), epochs.Within(1, 100_000), seed, minutes.Within(0.001, 100_000), rate.Within(1e-6, 0.999), heldOut.Within(0.001, 0.5), calibration, resume, device, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(length) is null != result.GetValue(pixel) is null) result.AddError("Give --smallest-defect and --pixel together, or --smallest-defect-pixels.");
            if (result.GetValue(length) is not null && result.GetValue(smallest) is not null) result.AddError("Give --smallest-defect or --smallest-defect-pixels, not both.");
            if (result.GetValue(method) is null && result.GetValue(from) is null) result.AddError("Give --method, or --from with a model to start from.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var start = parsed.GetValue(from);
            var request = new TrainingRequest
            {
                Method = parsed.GetValue(method) ?? ModelFile.ReadManifest(start!).Manifest.Method,
                From = start,
                DataFolder = parsed.GetRequiredValue(data),
                Output = parsed.GetRequiredValue(file),
                Preset = parsed.GetRequiredValue(preset),
                Options = Options(parsed.GetRequiredValue(set), parsed.GetValue(smallest) ?? parsed.GetValue(length) / parsed.GetValue(pixel), parsed.GetValue(align)),
                Area = CommonOptions.ReadArea(parsed.GetValue(area)),
                Epochs = parsed.GetValue(epochs),
                Seed = parsed.GetValue(seed),
                Device = parsed.GetRequiredValue(device),
                Resume = parsed.GetValue(resume),
                MaxTime = parsed.GetValue(minutes) is { } limit ? TimeSpan.FromMinutes(limit) : null,
                FalseRejectRate = parsed.GetValue(rate),
                HeldOut = parsed.GetValue(heldOut),
                Calibration = parsed.GetValue(calibration) is { } kind ? Enum.Parse<CalibrationKind>(kind, ignoreCase: true) : null,
            };
            return await TrainRun.RunAsync(request, output, parsed.GetValue(json), cancel);
        });
        return command;
    }

    /// <summary>The last of several values for one key counts.</summary>
    private static Dictionary<string, string> Options(string[] settings, double? smallestDefect, string? align)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            options[setting[..equals]] = setting[(equals + 1)..];
        }

        if (smallestDefect is { } pixels) options["smallestDefect"] = pixels.ToString(CultureInfo.InvariantCulture);
        if (align is not null) options["align"] = align;
        return options;
    }
}
