using System.CommandLine;
using System.Globalization;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline methods`: the catalogue.</summary>
internal static class MethodsCommand
{
    public static Command Create(Output output)
    {
        var json = CommonOptions.Json();
        var command = new Command("methods", "List the detection methods: name, paper, passes through the network for a frame, presets.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json)) output.WriteJson(new { methods = MethodCatalog.All.Select(Describe) });
            else Print(output.Result);
        });
        return command;
    }

    private static object Describe(MethodDescriptor method) => new
    {
        name = method.Name,
        title = method.Title,
        paper = method.Paper,
        summary = method.Summary,
        passesPerFrame = method.PassesPerFrame,
        writesOnnx = method.WritesOnnx,
        presets = MethodDescriptor.PresetNames.ToDictionary(preset => preset, method.OptionsOf, StringComparer.Ordinal),
    };

    private static void Print(TextWriter writer)
    {
        TextTable.Write(
            writer,
            ["NAME", "METHOD", .. MethodDescriptor.PresetNames.Select(preset => $"PASSES ({preset})")],
            MethodCatalog.All.Select(method => (IReadOnlyList<string>)
                [method.Name, method.Title, .. MethodDescriptor.PresetNames.Select(preset => method.PassesPerFrame[preset].ToString(CultureInfo.InvariantCulture))]));
        foreach (var method in MethodCatalog.All)
        {
            writer.WriteLine();
            writer.WriteLine($"{method.Name}: {method.Summary}");
            writer.WriteLine($"  {method.Paper}");
        }
    }
}
