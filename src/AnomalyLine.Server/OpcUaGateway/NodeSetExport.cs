using System.ComponentModel;
using System.Text;
using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>Has the gateway's program write the OPC UA nodes of stations. A process of its own: a running gateway is not touched.</summary>
internal sealed class NodeSetExport(AnomalyLineOptions options)
{
    /// <summary>The NodeSet2 document, or null and what to do.</summary>
    /// <param name="stations">Names of stations that exist.</param>
    /// <param name="withMachineVision">Whether the vision systems of OPC 40100-1 are in it.</param>
    /// <param name="cancel">Ends the program.</param>
    public async Task<(string? NodeSet, string Error)> RunAsync(IReadOnlyList<string> stations, bool withMachineVision, CancellationToken cancel)
    {
        var (gateway, error) = GatewayCommand.Create(options, key: "");
        if (gateway is null) return (null, error);
        string[] arguments = [.. gateway.Arguments, "export-nodeset", "--stations", string.Join(',', stations), .. withMachineVision ? Array.Empty<string>() : ["--no-machine-vision"]];
        var (document, errors) = (new StringBuilder(), new StringBuilder());
        try
        {
            await using var child = ChildProcess.Start(new ChildCommand(gateway.FileName, arguments), line => document.Append(line).Append('\n'), line => errors.Append(line).Append(' '));
            var code = await child.WaitAsync(cancel);
            return code == 0 ? (document.ToString(), "") : (null, $"The OPC UA gateway's program ended with code {code}: {errors.ToString().TrimEnd()}");
        }
        catch (Win32Exception exception)
        {
            return (null, $"The OPC UA gateway's program cannot be started: {exception.Message}");
        }
    }
}
