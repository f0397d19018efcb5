using System.Text.Json;
using AnomalyLine.Management.Gate;
using AnomalyLine.Vision.Training;

namespace AnomalyLine.Management.Training;

/// <summary>What a trainer process does for a job: it trains, unless the model is there already, and then goes to the gate.</summary>
/// <param name="Training">The training.</param>
/// <param name="Gate">The comparison with the active model; null where there is none.</param>
public sealed record JobWork(TrainingRequest Training, GateRequest? Gate)
{
    /// <summary>As a file's bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);
}
