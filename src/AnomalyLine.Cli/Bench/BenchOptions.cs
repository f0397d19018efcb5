namespace AnomalyLine.Cli.Bench;

/// <summary>The load of one measurement.</summary>
internal sealed record BenchOptions
{
    /// <summary>Stations that frames go to; camera n feeds the n-th of them, in turn.</summary>
    public required IReadOnlyList<string> Stations { get; init; }

    /// <summary>Cameras, each with a stream and a connection of its own.</summary>
    public required int Cameras { get; init; }

    /// <summary>Frames a second of each camera, above 0, whatever the server's pace is.</summary>
    public required double Rate { get; init; }

    /// <summary>Time before anything counts.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>Time that counts.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Width of the frames, pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the frames, pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Whether frames are grey, one byte a pixel, instead of blue, green and red.</summary>
    public required bool Mono { get; init; }

    /// <summary>Time from arrival to verdict; null for the recipe's.</summary>
    public TimeSpan? Deadline { get; init; }
}
