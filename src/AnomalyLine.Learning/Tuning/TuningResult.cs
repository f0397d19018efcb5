using AnomalyLine.Learning.Training;

namespace AnomalyLine.Learning.Tuning;

/// <summary>What was tried and what was chosen.</summary>
/// <param name="Model">The chosen model, as it was written.</param>
/// <param name="Trials">All trials, the best first, then those without a model.</param>
/// <param name="Reason">Why this one, in a sentence or two.</param>
/// <param name="Frames">Normal frames that defects were planted on.</param>
/// <param name="Elapsed">Time that all of it took.</param>
public sealed record TuningResult(TrainingResult Model, IReadOnlyList<TuningTrial> Trials, string Reason, int Frames, TimeSpan Elapsed);
