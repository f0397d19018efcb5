namespace AnomalyLine.Server.Options;

/// <summary>How the OPC UA gateway runs. Section "AnomalyLine:OpcUa".</summary>
internal sealed record OpcUaOptions
{
    /// <summary>Path of the endpoint's address.</summary>
    public const string Path = "/anomalyline";

    /// <summary>Whether the server starts the gateway. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Address to listen on. Default 127.0.0.1: this machine alone.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on, 1..65535. Default 4840.</summary>
    public int Port { get; init; } = 4840;

    /// <summary>Also allow no security and no user; only on 127.0.0.1. Default false.</summary>
    public bool Laboratory { get; init; }

    /// <summary>Also show each station as a vision system of OPC 40100-1. Default true.</summary>
    public bool MachineVision { get; init; } = true;

    /// <summary>Whether alarms have to be confirmed beside being acknowledged. Default false.</summary>
    public bool ConfirmAlarms { get; init; }

    /// <summary>Host names and addresses in the gateway's certificate, with commas between them; default: those of this machine when it is made.</summary>
    public string? Names { get; init; }

    /// <summary>Addresses that clients are told to use, such as "line.plant.example:4840", with commas between them; default: the one that each client used.</summary>
    public string? Advertised { get; init; }

    /// <summary>The name by which clients know the gateway; default: the one in its certificate.</summary>
    public string? ApplicationUri { get; init; }

    /// <summary>Discovery server that the gateway registers with, such as "opc.tcp://lds.plant.example:4840"; default: none.</summary>
    public string? DiscoveryServer { get; init; }

    /// <summary>Whether the gateway announces its endpoint by multicast DNS. Default false.</summary>
    public bool Multicast { get; init; }

    /// <summary>Addresses on which clients listen for the gateway's connections (reverse connect), with commas between them; default: none.</summary>
    public string? Reverse { get; init; }

    /// <summary>Other gateways on this server, "APPLICATIONURI=opc.tcp://HOST:PORT/PATH" with commas between them; default: none.</summary>
    public string? Redundant { get; init; }

    /// <summary>File of users with their roles and password hashes, for the console too; default "users" in the data folder, or "opcua-users" where only that exists.</summary>
    public string? UsersFile { get; init; }

    /// <summary>A Node.js program of version 22.13 or newer; default: the one beside the bundle, else the one in PATH.</summary>
    public string? NodePath { get; init; }

    /// <summary>The gateway's bundle; default: the one beside the server.</summary>
    public string? BundlePath { get; init; }

    /// <summary>Address for clients.</summary>
    public string Endpoint => $"opc.tcp://{Host}:{Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}{Path}";
}
