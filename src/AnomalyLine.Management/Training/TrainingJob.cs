namespace AnomalyLine.Management.Training;

/// <summary>A training for a station: what was asked for, how far it is, and what came of it.</summary>
public sealed record TrainingJob
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>The product whose stations' samples it trains on, and whose recipe it replaces; empty for the station's alone.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>Name of the method; empty with <see cref="WarmStart"/>, which takes the active model's.</summary>
    public string Method { get; init; } = "";

    /// <summary>"paper", "balanced" or "fast"; without effect with <see cref="WarmStart"/>.</summary>
    public string Preset { get; init; } = "balanced";

    /// <summary>Options to change, as <see cref="JobOptions"/> writes and reads them.</summary>
    public string Options { get; init; } = "";

    /// <summary>Whether to start from the station's active model instead of random weights.</summary>
    public bool WarmStart { get; init; }

    /// <summary>Only samples that were approved since then; null for all approved ones.</summary>
    public DateTimeOffset? ApprovedSince { get; init; }

    /// <summary>Name of a folder below "datasets" in the data folder, in MVTec AD layout, whose frames are used beside the samples; empty for none.</summary>
    public string BaseData { get; init; } = "";

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The share of normal parts that may be rejected.</summary>
    public double FalseRejectRate { get; init; } = 0.01;

    /// <summary>Time for the training steps in minutes; null for no limit.</summary>
    public double? MaxMinutes { get; init; }

    /// <summary>Threads of the trainer; 0 for as many as there are cores.</summary>
    public int Threads { get; init; }

    /// <summary>Who asked for it; empty where nobody said.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Where it is.</summary>
    public JobState State { get; set; } = JobState.Queued;

    /// <summary>When its trainer was started last; null before.</summary>
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? EndTime { get; set; }

    /// <summary>How often a trainer was started for it.</summary>
    public int Attempts { get; set; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Epochs in all; 0 before training.</summary>
    public int Epochs { get; set; }

    /// <summary>Mean loss of the last epoch; null before the first.</summary>
    public double? Loss { get; set; }

    /// <summary>Part of the present phase that is done, 0..1.</summary>
    public double Done { get; set; }

    /// <summary>Estimate of the time that the training steps still take, seconds.</summary>
    public double LeftSeconds { get; set; }

    /// <summary>What it does now, or why it failed, in words.</summary>
    public string Message { get; set; } = "";

    /// <summary>Version of the model that came of it; empty before.</summary>
    public string ModelVersion { get; set; } = "";

    /// <summary>Whether it is over.</summary>
    public bool IsOver => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
