using System.Globalization;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>How the gateway is started: its program and the variables that it reads.</summary>
internal static class GatewayCommand
{
    /// <summary>The command, or null and what to do.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="key">The key that it calls the server with; empty for a run that does not call it.</param>
    public static (ChildCommand? Command, string Error) Create(AnomalyLineOptions options, string key)
    {
        var opcUa = options.OpcUa;
        var bundle = Path.GetFullPath(opcUa.BundlePath ?? Path.Combine(AppContext.BaseDirectory, "opcua-gateway", "gateway.mjs"));
        if (!File.Exists(bundle))
            return (null, $"The OPC UA gateway is not at {bundle}; build the server with npm installed and without -p:BuildOpcUaGateway=false, or set AnomalyLine:OpcUa:BundlePath.");
        var (node, error) = NodeLocator.Find(opcUa.NodePath, Path.GetDirectoryName(bundle)!);
        if (node is null) return (null, error);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ANOMALYLINE_SERVER"] = $"{options.Scheme}://{options.LocalAddress}:{options.GrpcPort.ToString(CultureInfo.InvariantCulture)}",
            ["ANOMALYLINE_KEY"] = key,
            ["OPCUA_HOST"] = opcUa.Host,
            ["OPCUA_PORT"] = opcUa.Port.ToString(CultureInfo.InvariantCulture),
            ["OPCUA_PATH"] = OpcUaOptions.Path,
            ["OPCUA_PKI"] = Path.Combine(options.DataFolder, "pki"),
            ["OPCUA_MULTICAST"] = opcUa.Multicast ? "true" : "false",
            ["OPCUA_LABORATORY"] = opcUa.Laboratory ? "true" : "false",
            ["OPCUA_MACHINE_VISION"] = opcUa.MachineVision ? "true" : "false",
            ["OPCUA_CONFIRM_ALARMS"] = opcUa.ConfirmAlarms ? "true" : "false",
            ["GATEWAY_SUPERVISED"] = "true",
        };
        var asked = new (string Name, string? Value)[]
        {
            ("OPCUA_NAMES", opcUa.Names), ("OPCUA_ADVERTISED", opcUa.Advertised), ("OPCUA_APPLICATION_URI", opcUa.ApplicationUri),
            ("OPCUA_DISCOVERY_SERVER", opcUa.DiscoveryServer), ("OPCUA_REVERSE", opcUa.Reverse), ("OPCUA_REDUNDANT", opcUa.Redundant),
        };
        foreach (var (name, value) in asked)
        {
            if (!string.IsNullOrEmpty(value)) environment[name] = value;
        }

        if (options.Tls.Certificate is { } certificate) environment["ANOMALYLINE_CERTIFICATE"] = Path.GetFullPath(certificate);
        var users = UserList.PathIn(options.DataFolder, opcUa.UsersFile);
        if (opcUa.UsersFile is not null || File.Exists(users)) environment["OPCUA_USERS"] = users;
        return (new ChildCommand(node, [bundle]) { Environment = environment }, "");
    }
}
