namespace AnomalyLine.Camera.Configuration;

/// <summary>One camera: what it is and what it does.</summary>
internal sealed record CameraSettings
{
    /// <summary>What it is called in messages and metrics; the station's name where nothing else is said.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Product of its parts; empty for what the server knows.</summary>
    public string Product { get; init; } = "";

    /// <summary>Where frames come from.</summary>
    public required SourceAddress Source { get; init; }

    /// <summary>
    /// Frames a second, above 0: at which files, pictures and software triggers are taken, that a GenICam camera which runs freely is set to, and that a stream is thinned out to. Null: 10 for files, 1 for pictures;
    /// streams and cameras give what they give, and software triggers come from outside alone.
    /// </summary>
    public double? Rate { get; init; }

    /// <summary>Whether a file or a picture is taken only when it is asked for, by the rate or by somebody.</summary>
    public bool IsTriggered { get; init; }

    /// <summary>What makes it take a frame.</summary>
    public TriggerMode Trigger => Source.Kind == SourceKind.GenICam ? GenICam.Trigger.Mode : IsTriggered ? TriggerMode.Software : TriggerMode.FreeRun;

    /// <summary>Frames to send; null for all.</summary>
    public long? Count { get; init; }

    /// <summary>Whether to start over at the end of a folder or video.</summary>
    public bool Loop { get; init; }

    /// <summary>Whether to decode files and send pixels.</summary>
    public bool Raw { get; init; }

    /// <summary>Bits in use of 16-bit values, 9..16; 0 for what files and cameras say.</summary>
    public int SignificantBits { get; init; }

    /// <summary>Time from arrival to verdict; null for the recipe's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How long opening a stream or getting a picture may take.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stream may be without a frame.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Frames that wait.</summary>
    public BufferSettings Buffer { get; init; } = new();

    /// <summary>What a GenICam camera is set to.</summary>
    public GenICamSettings GenICam { get; init; } = new();
}
