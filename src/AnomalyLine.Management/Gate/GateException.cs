namespace AnomalyLine.Management.Gate;

/// <summary>Two models cannot be compared; the message says why and what to do.</summary>
public sealed class GateException(string message) : Exception(message);
