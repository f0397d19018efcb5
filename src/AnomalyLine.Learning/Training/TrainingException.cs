namespace AnomalyLine.Learning.Training;

/// <summary>A training cannot start or go on; the message says everything that is wrong and what to do.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>With what is wrong.</summary>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and the cause.</summary>
    public TrainingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
