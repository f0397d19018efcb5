using System.CommandLine;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline opcua export`: the OPC UA nodes of a server's stations as a file.</summary>
internal static class OpcUaExportCommand
{
    public static Command Create(Output output)
    {
        var file = new Option<string>("--output") { Description = "File to write, such as line.NodeSet2.xml.", Required = true, HelpName = "FILE" };
        var stations = new Option<string[]>("--station") { Description = "A station; several times for several. All by default.", HelpName = "NAME", Arity = ArgumentArity.OneOrMore };
        var flat = new Option<bool>("--no-machine-vision") { Description = "Leave out the vision systems of OPC 40100-1; the file then needs the base model only." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write the OPC UA types and nodes of a server's stations as NodeSet2, for engineering without the line.") { file, stations, flat, server, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new ExportNodeSetRequest { Stations = { parsed.GetValue(stations) ?? [] }, WithoutMachineVision = parsed.GetValue(flat) };
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var answer = await new OpcUaService.OpcUaServiceClient(channel).ExportNodeSetAsync(request, cancellationToken: cancel);
            var path = parsed.GetRequiredValue(file);
            await File.WriteAllTextAsync(path, answer.NodeSet, cancel);
            if (parsed.GetValue(json)) output.WriteJson(new { file = path, characters = answer.NodeSet.Length, stations = answer.Stations });
            else await output.Result.WriteLineAsync($"{path}: {answer.Stations.Count} stations.");
            return ExitCode.Done;
        });
        return command;
    }
}
