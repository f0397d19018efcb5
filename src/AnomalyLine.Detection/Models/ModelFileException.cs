namespace AnomalyLine.Detection.Models;

/// <summary>A model file cannot be used; the message says which, why, and what to do.</summary>
public sealed class ModelFileException : Exception
{
    /// <summary>With what is wrong.</summary>
    public ModelFileException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and the cause.</summary>
    public ModelFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
