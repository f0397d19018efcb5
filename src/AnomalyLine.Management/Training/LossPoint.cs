namespace AnomalyLine.Management.Training;

/// <summary>A place of a loss curve.</summary>
/// <param name="Epoch">Epochs done, from 1.</param>
/// <param name="Loss">Mean loss of the epoch on the frames that it trained on.</param>
/// <param name="ValidationLoss">That on the validation normals after it; null where there are none.</param>
public sealed record LossPoint(int Epoch, double Loss, double? ValidationLoss);
