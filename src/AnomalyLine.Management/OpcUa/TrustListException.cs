namespace AnomalyLine.Management.OpcUa;

/// <summary>A certificate cannot be moved, or there are none; the message goes to people as it is.</summary>
public sealed class TrustListException(string message) : Exception(message)
{
    /// <summary>Whether what was asked is at fault, and not what is there.</summary>
    public bool IsUsage { get; init; }
}
