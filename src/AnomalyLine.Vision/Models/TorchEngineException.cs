namespace AnomalyLine.Vision.Models;

/// <summary>The native engine or the wanted device cannot be used; the message says why and what to do.</summary>
public sealed class TorchEngineException : Exception
{
    /// <summary>With the reason.</summary>
    public TorchEngineException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and the cause.</summary>
    public TorchEngineException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
