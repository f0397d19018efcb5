using System.Text.Json;
using AnomalyLine.Learning.Training;
using AnomalyLine.Management.Gate;
using AnomalyLine.Management.Samples;

namespace AnomalyLine.Management.Training;

/// <summary>What a trainer process does for a job: it looks for normals that are none, trains, unless the model is there already, and then goes to the gate.</summary>
/// <param name="Training">The training; null for none.</param>
/// <param name="Gate">The comparison with the active model; null where there is none.</param>
public sealed record JobWork(TrainingRequest? Training, GateRequest? Gate)
{
    /// <summary>What the model is tried on where there is nothing to compare it with; null for nothing.</summary>
    public TrialRequest? Trial { get; init; }

    /// <summary>The normals to check first; null for none.</summary>
    public LeaveOutRequest? LeaveOut { get; init; }

    /// <summary>As a file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);
}
