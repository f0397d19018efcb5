namespace AnomalyLine.Management.Training;

/// <summary>A training ended without a model; the message says why.</summary>
public sealed class TrainingFailedException(string message) : Exception(message);
