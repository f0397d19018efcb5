namespace AnomalyLine.Inference.Backbones;

/// <summary>A backbone that cannot be used: what is wrong, with which one, and what to do.</summary>
public sealed class BackboneException(string message, Exception? cause = null) : Exception(message, cause);
