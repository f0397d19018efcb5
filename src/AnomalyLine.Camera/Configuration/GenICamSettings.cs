namespace AnomalyLine.Camera.Configuration;

/// <summary>What a GenICam camera is set to at each start.</summary>
internal sealed record GenICamSettings
{
    /// <summary>The trigger.</summary>
    public TriggerSettings Trigger { get; init; } = new();

    /// <summary>Features by name, written in this order; each value is a <see cref="string"/>, <see cref="double"/>, <see cref="long"/> or <see cref="bool"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Features { get; init; } = [];

    /// <summary>Whether the user set Default is loaded first, so that nothing of yesterday stays.</summary>
    public bool LoadDefault { get; init; } = true;

    /// <summary>Frames that the camera may be ahead of this program, 2..256; memory of one frame each.</summary>
    public int Buffers { get; init; } = 10;

    /// <summary>Bytes of a GigE Vision packet, 220..16384; null: the largest that gets through.</summary>
    public int? PacketSize { get; init; }

    /// <summary>Time between packets, nanoseconds, 0..1 000 000, so that cameras can share a port; null leaves what the camera has.</summary>
    public long? PacketDelayNanoseconds { get; init; }

    /// <summary>How long the camera waits for this program's sign of life before it lets another control it, milliseconds, 500..60 000; null leaves what the camera has.</summary>
    public int? HeartbeatMilliseconds { get; init; }

    /// <summary>Whether the camera's clock is the time of day (PTP): its times are then taken as they are, else mapped to this machine's clock.</summary>
    public bool IsClockSynchronised { get; init; }

    /// <summary>Time without a frame after which a camera that runs freely is opened anew.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(3);
}
