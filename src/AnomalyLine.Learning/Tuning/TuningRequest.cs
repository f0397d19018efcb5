using AnomalyLine.Imaging;

namespace AnomalyLine.Learning.Tuning;

/// <summary>What to choose a model for, and what it may cost.</summary>
public sealed record TuningRequest
{
    /// <summary>Folder in MVTec AD layout; only train/good is read.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The model file to write; its folder must exist.</summary>
    public required string Output { get; init; }

    /// <summary>Time for everything, above 0; a few seconds more are taken to end.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Milliseconds that the model may take to judge one frame alone on this machine, on the engine that is faster, above 0.</summary>
    public double MaxMsPerFrame { get; init; } = 50;

    /// <summary>Methods to try; empty for all.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>The part of the frames to learn from and to judge; null for all of them.</summary>
    public InspectionArea? Area { get; init; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>"auto", "cpu" or "cuda".</summary>
    public string Device { get; init; } = "auto";

    /// <summary>The share of normal parts that may be rejected, above 0 and below 1.</summary>
    public double FalseRejectRate { get; init; } = 0.01;

    /// <summary>Where the trials' models are made and left, to measure the choice; null for a folder that goes at the end.</summary>
    internal string? TrialFolder { get; init; }

    /// <summary>The share of normals that is held out for ranking and calibration, above 0 and at most 0.5.</summary>
    public double HeldOut { get; init; } = 0.2;
}
