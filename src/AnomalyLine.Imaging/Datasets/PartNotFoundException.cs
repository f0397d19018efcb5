namespace AnomalyLine.Imaging.Datasets;

/// <summary>A frame can be read, but the model aligns parts, and none is in it where parts lie.</summary>
public sealed class PartNotFoundException(string message) : DatasetException(message);
