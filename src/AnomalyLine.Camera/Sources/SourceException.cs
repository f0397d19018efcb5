namespace AnomalyLine.Camera.Sources;

/// <summary>A source cannot be opened, or does not give frames any more; it may again later. The message says what, which one, and what to do.</summary>
internal sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
