namespace AnomalyLine.Detection;

/// <summary>The native engine or the wanted device cannot be used; the message says why and what to do.</summary>
public sealed class EngineException : Exception
{
    /// <summary>With the reason.</summary>
    public EngineException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and the cause.</summary>
    public EngineException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
