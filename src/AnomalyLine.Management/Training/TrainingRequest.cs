namespace AnomalyLine.Management.Training;

/// <summary>A training to run in a process of its own. Crosses to it as a JSON file.</summary>
public sealed record TrainingRequest
{
    /// <summary>Name of the method, such as "riad".</summary>
    public required string Method { get; init; }

    /// <summary>"paper", "balanced" or "fast".</summary>
    public string Preset { get; init; } = "balanced";

    /// <summary>Options of the method to set, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folder in MVTec AD layout (train/good/…).</summary>
    public required string DataFolder { get; init; }

    /// <summary>Path of the model file to write.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>"auto", "cpu" or "cuda".</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Where to stop, minutes; null trains as many epochs as the preset says.</summary>
    public double? MaxMinutes { get; init; }
}
