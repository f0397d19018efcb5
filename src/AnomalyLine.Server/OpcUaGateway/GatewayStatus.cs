namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>What the OPC UA gateway's process does.</summary>
public enum GatewayStatus
{
    /// <summary>Not wanted, by option.</summary>
    Disabled,

    /// <summary>Its process runs and does not listen yet.</summary>
    Starting,

    /// <summary>It listens.</summary>
    Running,

    /// <summary>It ended and is started again after a pause.</summary>
    Restarting,

    /// <summary>It cannot run as configured; the message says what to change.</summary>
    Misconfigured,

    /// <summary>The server is stopping.</summary>
    Stopped,
}
