namespace AnomalyLine.Server.Options;

/// <summary>What callers can make the server hold open. Section "AnomalyLine:Limits".</summary>
internal sealed record LimitsOptions
{
    /// <summary>Files that the server has open beside its connections: libraries, databases, engines.</summary>
    public const int OwnFiles = 500;

    /// <summary>Connections in all, 10..100000; each takes an open file. Default 500.</summary>
    public int Connections { get; init; } = 500;

    /// <summary>Connections of callers who have not proved who they are, at least 4 and at most half of all; a further one takes the place of the oldest. Default 100.</summary>
    public int StrangerConnections { get; init; } = 100;

    /// <summary>Calls at a time on a connection of gRPC, 1..10000; further ones wait at the client. Default 100.</summary>
    public int CallsPerConnection { get; init; } = 100;

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        if (Connections is < 10 or > 100_000) yield return $"Connections is {Connections}; use 10..100000.";
        else if (StrangerConnections < 4 || StrangerConnections > Connections / 2) yield return $"StrangerConnections is {StrangerConnections}; use 4..{Connections / 2}, half of Connections.";
        if (CallsPerConnection is < 1 or > 10_000) yield return $"CallsPerConnection is {CallsPerConnection}; use 1..10000.";
    }
}
