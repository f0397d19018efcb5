namespace AnomalyLine.Learning.Training;

/// <summary>How far a training is.</summary>
/// <param name="Stage">What it does now.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Epochs in all; fewer are done where the time limit comes first.</param>
/// <param name="Loss">Mean loss of the last epoch; NaN before the first.</param>
/// <param name="Done">0..1.</param>
/// <param name="Elapsed">Since the start.</param>
/// <param name="Left">Estimate of the time left.</param>
public sealed record TrainingProgress(TrainingStage Stage, int Epoch, int Epochs, double Loss, double Done, TimeSpan Elapsed, TimeSpan Left)
{
    /// <summary>Mean loss on the validation normals after the last epoch; NaN before the first and where there are none.</summary>
    public double ValidationLoss { get; init; } = double.NaN;
}
