namespace AnomalyLine.Learning.Training;

/// <summary>Where a training stands between two epochs.</summary>
/// <param name="Fingerprint">What it trains: method, options, seed, data.</param>
/// <param name="Spent">Time that its steps took.</param>
/// <param name="Losses">Mean loss of each epoch done.</param>
/// <param name="BestLoss">Least loss on validation normals; null without them.</param>
/// <param name="BestEpoch">After how many epochs that was.</param>
internal sealed record TrainingPosition(string Fingerprint, TimeSpan Spent, IReadOnlyList<double> Losses, double? BestLoss, int BestEpoch);
