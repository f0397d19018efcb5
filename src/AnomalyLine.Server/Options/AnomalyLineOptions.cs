using System.Net;
using AnomalyLine.Inspection;
using AnomalyLine.Management;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Production;

namespace AnomalyLine.Server.Options;

/// <summary>How this server runs. Section "AnomalyLine"; a change needs a restart.</summary>
internal sealed record AnomalyLineOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "AnomalyLine";

    /// <summary>Address to listen on; "0.0.0.0" or "::" for all. Default 127.0.0.1: this machine alone.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Port of the console, the metrics and the health pages (HTTP/1.1), 1..65535. Default 8080.</summary>
    public int HttpPort { get; init; } = 8080;

    /// <summary>Port of gRPC (HTTP/2), 1..65535. Default 8081.</summary>
    public int GrpcPort { get; init; } = 8081;

    /// <summary>Folder of everything that the server keeps. Default "data" in the working folder.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>Frames of one camera stream that can be in work at a time, 1..1024; further ones wait in the network. Default 64.</summary>
    public int MaxFramesInFlightPerStream { get; init; } = 64;

    /// <summary>
    /// Largest data of a frame, 1 MiB..256 MiB. Default 64 MiB; 24 megapixels of RGB are 72,000,000. Each frame in flight can take so much memory.
    /// </summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How the line runs.</summary>
    public LineOptions Line { get; init; } = new();

    /// <summary>The plant: its name, time zone and shifts.</summary>
    public PlantOptions Plant { get; init; } = new();

    /// <summary>How drift is watched.</summary>
    public DriftOptions Drift { get; init; } = new();

    /// <summary>When alarms are raised.</summary>
    public AlarmOptions Alarms { get; init; } = new();

    /// <summary>How management keeps its data.</summary>
    public ManagementOptions Management { get; init; } = new();

    /// <summary>How the OPC UA gateway runs.</summary>
    public OpcUaOptions OpcUa { get; init; } = new();

    /// <summary>How results are published over MQTT.</summary>
    public MqttOptions Mqtt { get; init; } = new();

    /// <summary>Where the audit is forwarded to.</summary>
    public SyslogOptions Syslog { get; init; } = new();

    /// <summary>Who is told of rejects and alarms by webhooks, by name.</summary>
    public IDictionary<string, WebhookOptions> Webhooks { get; init; } = new Dictionary<string, WebhookOptions>(StringComparer.Ordinal);

    /// <summary>Who gets in.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>What callers can make the server hold open.</summary>
    public LimitsOptions Limits { get; init; } = new();

    /// <summary>TLS of both ports.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>"http" or "https", for both ports.</summary>
    public string Scheme => Tls.Enabled ? "https" : "http";

    /// <summary>Where this machine reaches the server itself.</summary>
    public string LocalAddress => IPAddress.Parse(BindAddress) switch
    {
        var any when any.Equals(IPAddress.Any) => "127.0.0.1",
        var any when any.Equals(IPAddress.IPv6Any) => "[::1]",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address => $"[{address}]",
        var address => address.ToString(),
    };

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Require(IPAddress.TryParse(BindAddress, out _), $"BindAddress is \"{BindAddress}\"; use an IP address of this machine, 127.0.0.1 or 0.0.0.0.");
        RequirePort(HttpPort, "HttpPort");
        RequirePort(GrpcPort, "GrpcPort");
        Require(HttpPort != GrpcPort || HttpPort == 0, $"HttpPort and GrpcPort are both {HttpPort}; use two ports.");
        Require(!string.IsNullOrWhiteSpace(DataFolder), "DataFolder is empty; name a folder.");
        Require(MaxFramesInFlightPerStream is >= 1 and <= 1024, $"MaxFramesInFlightPerStream is {MaxFramesInFlightPerStream}; use 1..1024.");
        Require(MaxFrameBytes is >= 1024 * 1024 and <= Imaging.Frame.MaxBytes, $"MaxFrameBytes is {MaxFrameBytes}; use 1048576..{Imaging.Frame.MaxBytes}.");
        errors.AddRange(Line.Validate().Select(error => $"{Section}:Line:{error}"));
        errors.AddRange(Plant.Validate().Select(error => $"{Section}:Plant:{error}"));
        errors.AddRange(Drift.Validate().Select(error => $"{Section}:Drift:{error}"));
        errors.AddRange(Alarms.Validate().Select(error => $"{Section}:Alarms:{error}"));
        errors.AddRange(Management.Validate().Select(error => $"{Section}:Management:{error}"));
        errors.AddRange(Access.Validate().Select(error => $"{Section}:Access:{error}"));
        errors.AddRange(Limits.Validate(MaxFrameBytes).Select(error => $"{Section}:Limits:{error}"));
        errors.AddRange(Mqtt.Validate().Select(error => $"{Section}:Mqtt:{error}"));
        errors.AddRange(Syslog.Validate().Select(error => $"{Section}:Syslog:{error}"));
        errors.AddRange(Webhooks.SelectMany(webhook => webhook.Value.Validate(webhook.Key)).Select(error => $"{Section}:Webhooks:{error}"));
        errors.AddRange(Tls.Validate().Select(error => $"{Section}:Tls:{error}"));
        Require(!IPAddress.TryParse(BindAddress, out var bind) || IPAddress.IsLoopback(bind) || Tls.Enabled || Access.AllowPlainText,
            $"BindAddress is {BindAddress}: other machines could connect, and their passwords and keys would cross the network readable. Set Tls:Certificate and Tls:Key, or Access:AllowPlainText=true where something before this server does TLS, or the network is trusted with them.");
        if (!OpcUa.Enabled) return errors;
        RequirePort(OpcUa.Port, "OpcUa:Port");
        Require(OpcUa.Port != HttpPort && OpcUa.Port != GrpcPort, $"OpcUa:Port is {OpcUa.Port}, which another service of this server has; use a free one.");
        Require(!string.IsNullOrWhiteSpace(OpcUa.Host), "OpcUa:Host is empty; use an address of this machine, such as 127.0.0.1.");
        Require(!OpcUa.Laboratory || IsLoopback(OpcUa.Host),
            $"OpcUa:Laboratory lets anyone in without a user; with it OpcUa:Host must be 127.0.0.1 or localhost, not \"{OpcUa.Host}\".");
        return errors;

        void Require(bool holds, string error)
        {
            if (!holds) errors.Add($"{Section}:{error}");
        }

        // 0 takes any free port, which tests do.
        void RequirePort(int port, string name) => Require(port is >= 0 and <= 65535, $"{name} is {port}; use 1..65535.");
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
