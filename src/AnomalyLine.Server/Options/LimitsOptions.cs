namespace AnomalyLine.Server.Options;

/// <summary>What callers can make the server hold open. Section "AnomalyLine:Limits".</summary>
internal sealed record LimitsOptions
{
    /// <summary>Files that the server has open beside its connections: libraries, databases, engines.</summary>
    public const int OwnFiles = 500;

    /// <summary>The least memory that a server with one small model runs with: 512 MiB.</summary>
    public const long LeastMemoryBytes = 512L << 20;

    /// <summary>Connections in all, 10..100000; each takes an open file. Default 500.</summary>
    public int Connections { get; init; } = 500;

    /// <summary>Connections of callers who have not proved who they are, at least 4 and at most half of all; a further one takes the place of the oldest. Default 100.</summary>
    public int StrangerConnections { get; init; } = 100;

    /// <summary>Calls at a time on a connection of gRPC, 1..10000; further ones wait at the client. Default 100.</summary>
    public int CallsPerConnection { get; init; } = 100;

    /// <summary>
    /// Memory that the server may take, bytes, at least 512 MiB; 0, the default, for 80 % of what its control group or else the machine has. Beyond it new work is refused.
    /// </summary>
    public long MemoryBytes { get; init; }

    /// <summary>
    /// Frames and messages that may be in flight, bytes in all, at least <c>MaxFrameBytes</c>; half of it for one key or user. 0, the default, for a quarter of the memory.
    /// </summary>
    public long BytesInFlight { get; init; }

    /// <summary>
    /// Processes that decode the JPEG and PNG files of cameras, 0..64: a file that makes a decoder crash or hang then costs its own verdict alone. 0, the default, decodes in the server.
    /// </summary>
    public int DecoderProcesses { get; init; }

    /// <summary>How long decoding a file may take in such a process, 100 ms..60 s; the process is then ended. Default 5 s.</summary>
    public TimeSpan DecodeTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Everything that is wrong.</summary>
    /// <param name="mostFrameBytes">Largest data of a frame.</param>
    public IEnumerable<string> Validate(int mostFrameBytes)
    {
        if (Connections is < 10 or > 100_000) yield return $"Connections is {Connections}; use 10..100000.";
        else if (StrangerConnections < 4 || StrangerConnections > Connections / 2) yield return $"StrangerConnections is {StrangerConnections}; use 4..{Connections / 2}, half of Connections.";
        if (CallsPerConnection is < 1 or > 10_000) yield return $"CallsPerConnection is {CallsPerConnection}; use 1..10000.";
        if (DecoderProcesses is < 0 or > 64) yield return $"DecoderProcesses is {DecoderProcesses}; use 0..64.";
        if (DecodeTime < TimeSpan.FromMilliseconds(100) || DecodeTime > TimeSpan.FromMinutes(1)) yield return $"DecodeTime is {DecodeTime}; use 00:00:00.1..00:01:00.";
        if (MemoryBytes is not 0 and < LeastMemoryBytes) yield return $"MemoryBytes is {MemoryBytes}; use {LeastMemoryBytes} (512 MiB) or more, or 0 for what the machine has.";
        if (BytesInFlight != 0 && BytesInFlight < mostFrameBytes)
            yield return $"BytesInFlight is {BytesInFlight}; use {mostFrameBytes} (MaxFrameBytes) or more, or 0 for a quarter of the memory.";
    }
}
