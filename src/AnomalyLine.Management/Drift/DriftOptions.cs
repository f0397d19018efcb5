namespace AnomalyLine.Management.Drift;

/// <summary>How drift is watched. Read once at start.</summary>
public sealed class DriftOptions
{
    /// <summary>Whether it is watched. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Parts, on average at least, to a false alarm of one signal while nothing drifts, 100..1e12. Default a million: with six signals at most one in 160 000 parts.
    /// </summary>
    public double PartsToFalseAlarm { get; set; } = 1e6;

    /// <summary>Shortest time between two frames of a station that are measured for brightness, sharpness and position, 0..1 h. Default 1 s. Scores are watched on every Ok part.</summary>
    public TimeSpan MeasureInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (PartsToFalseAlarm is not (>= 100 and <= 1e12)) errors.Add($"{nameof(PartsToFalseAlarm)} is {PartsToFalseAlarm}; use 100..1e12.");
        if (MeasureInterval < TimeSpan.Zero || MeasureInterval > TimeSpan.FromHours(1)) errors.Add($"{nameof(MeasureInterval)} is {MeasureInterval}; use 0..1 h.");
        return errors;
    }
}
