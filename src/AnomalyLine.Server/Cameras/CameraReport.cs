namespace AnomalyLine.Server.Cameras;

/// <summary>How a camera does, as its program says. Counts are those since the program's start.</summary>
internal sealed record CameraReport
{
    /// <summary>When it came, by this machine's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What the program calls it, 1..64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The station that its frames go to, 1..64 characters; the line need not have it.</summary>
    public required string Station { get; init; }

    /// <summary>Where frames come from, at most 256 characters.</summary>
    public required string Source { get; init; }

    /// <summary>What makes it take a frame.</summary>
    public required CameraTrigger Trigger { get; init; }

    /// <summary>Why it gives no frames, in words, at most 512 characters; empty where it does.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Frames that came from the camera, incomplete ones included.</summary>
    public long Frames { get; init; }

    /// <summary>Of these, frames that did not arrive whole.</summary>
    public long Incomplete { get; init; }

    /// <summary>Frames that the camera took and that never came.</summary>
    public long Lost { get; init; }

    /// <summary>Frames dropped since too many waited for their answer.</summary>
    public long Dropped { get; init; }

    /// <summary>Times that the camera was opened anew.</summary>
    public long Reopened { get; init; }

    /// <summary>Tries to reach the server again.</summary>
    public long Reconnections { get; init; }

    /// <summary>Frames that wait for their answer now.</summary>
    public long Waiting { get; init; }

    /// <summary>Frames that went through shared memory.</summary>
    public long Shared { get; init; }

    /// <summary>Size of a GigE Vision packet, bytes; 0 for other cameras.</summary>
    public long PacketBytes { get; init; }

    /// <summary>What the camera says of its temperature, °C; null where it says nothing.</summary>
    public double? Temperature { get; init; }

    /// <summary>When the newest frame came, by this machine's clock; null before the first.</summary>
    public DateTimeOffset? LastFrame { get; init; }
}
