namespace AnomalyLine.Cli.Camera;

/// <summary>What a camera does.</summary>
internal sealed record CameraOptions
{
    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Folder of images, or a video.</summary>
    public required string Source { get; init; }

    /// <summary>Frames a second, above 0, whatever the server's pace is.</summary>
    public required double Rate { get; init; }

    /// <summary>Frames to send; null for all.</summary>
    public long? Count { get; init; }

    /// <summary>Whether to start over at the end of the source.</summary>
    public bool Loop { get; init; }

    /// <summary>Whether to decode files and send pixels.</summary>
    public bool Raw { get; init; }

    /// <summary>Bits in use of 16-bit values, 9..16; 0 for what files say.</summary>
    public int SignificantBits { get; init; }

    /// <summary>Time from arrival to verdict; null for the recipe's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How long to go on trying while the server does not answer.</summary>
    public required TimeSpan Patience { get; init; }
}
