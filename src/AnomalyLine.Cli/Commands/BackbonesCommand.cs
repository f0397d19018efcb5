using System.CommandLine;
using System.Globalization;
using AnomalyLine.Inference.Backbones;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline backbones`: the pretrained networks that feature methods can use on this machine.</summary>
internal static class BackbonesCommand
{
    public static Command Create(Output output) => new("backbones", "Pretrained networks whose features the methods for hard parts use.") { List(output), Add(output) };

    private static Command List(Output output)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List the backbones of this machine.") { json };
        command.SetAction(parsed =>
        {
            Backbone[] all = [.. BackboneLibrary.Names.Select(BackboneLibrary.Get)];
            if (parsed.GetValue(json))
            {
                output.WriteJson(new { folder = BackboneLibrary.Folder, backbones = all.Select(Describe) });
                return;
            }

            TextTable.Write(output.Result, ["NAME", "LAYERS", "WEIGHTS", "SHA-256", "SOURCE"], all.Select(b => (IReadOnlyList<string>)
                [b.Name, b.Outputs.Count.ToString(CultureInfo.InvariantCulture), b.WeightCount.ToString("N0", CultureInfo.InvariantCulture), b.Sha256[..12], b.Source]));
        });
        return command;
    }

    private static Command Add(Output output)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "An ONNX file with its weights in it." };
        var name = new Option<string>("--name") { Description = "What --set backbone=NAME shall call it.", Required = true, HelpName = "NAME" };
        var outputs = new Option<string>("--outputs")
        {
            Description = "Names of the inner values to take as layers 1, 2, 3, ..., from fine to coarse, with commas between them.",
            Required = true,
            HelpName = "A,B,C",
        };
        var order = new Option<string>("--order") { Description = "The order of its colour channels.", DefaultValueFactory = _ => "rgb" }.OneOf("rgb", "bgr");
        var mean = new Option<string>("--mean") { Description = "What is taken from values of 0..255: one number, or one a channel.", DefaultValueFactory = _ => "0", HelpName = "M" };
        var scale = new Option<string>("--scale") { Description = "What they are multiplied by then: one number, or one a channel.", DefaultValueFactory = _ => "1", HelpName = "S" };
        var side = new Option<int>("--size") { Description = "Side of the pictures that it is tried on, pixels.", DefaultValueFactory = _ => 256, HelpName = "PIXELS" };
        var json = CommonOptions.Json();
        var command = new Command("add", "Add a network of your own: it is cut to the values that are named, tried, and kept by name.") { file, name, outputs, order, mean, scale, side.Within(32, 1024), json };
        command.SetAction(parsed =>
        {
            var input = BackboneInput.Parse(parsed.GetRequiredValue(order), parsed.GetRequiredValue(mean), parsed.GetRequiredValue(scale));
            string[] values = parsed.GetRequiredValue(outputs).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var (backbone, shapes) = BackboneLibrary.Add(parsed.GetRequiredValue(name), parsed.GetRequiredValue(file).FullName, values, input, parsed.GetValue(side));
            if (parsed.GetValue(json))
            {
                output.WriteJson(new { backbone = Describe(backbone), shapes });
                return;
            }

            output.Result.WriteLine($"{backbone.Name}: {backbone.WeightCount.ToString("N0", CultureInfo.InvariantCulture)} weights, SHA-256 {backbone.Sha256[..12]}. Use it with --set backbone={backbone.Name} --set layers={string.Join(',', Enumerable.Range(1, shapes.Count))}.");
            foreach (var (number, shape) in shapes.Index())
                output.Result.WriteLine($"  layer {number + 1}: {backbone.Outputs[number]}, {shape.Channels} channels on {shape.Width} x {shape.Height} places of a frame of {parsed.GetValue(side)} pixels");
        });
        return command;
    }

    private static object Describe(Backbone backbone) => new
    {
        name = backbone.Name,
        source = backbone.Source,
        sha256 = backbone.Sha256,
        weights = backbone.WeightCount,
        outputs = backbone.Outputs,
        order = backbone.Input.IsBgr ? "bgr" : "rgb",
        mean = backbone.Input.Mean,
        scale = backbone.Input.Scale,
    };
}
