using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.Sources;

/// <summary>What a source gave: a frame, or word of one that did not arrive whole.</summary>
/// <param name="PartId">Identity of its part; empty where the source knows none.</param>
/// <param name="Frame">The frame; null where it did not arrive whole.</param>
/// <param name="Fault">What the transport says of a frame that did not arrive whole; null for a whole one.</param>
/// <param name="CaptureTime">When the camera exposed it.</param>
internal sealed record SourceFrame(string PartId, Frame? Frame, string? Fault, DateTimeOffset CaptureTime);
