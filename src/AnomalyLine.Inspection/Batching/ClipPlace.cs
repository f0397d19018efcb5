using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection.Batching;

/// <summary>A frame's place in the order in which a station's frames came, for a model of clips.</summary>
/// <param name="Pending">The frame on its way to a decision.</param>
/// <param name="Worker">The model that judges it, which holds a place in its queue for it.</param>
internal sealed record ClipPlace(PendingInspection Pending, ModelWorker Worker)
{
    /// <summary>The frame as the model takes one of a clip; null before, and where it could not be prepared.</summary>
    public PreparedFrame? Prepared { get; set; }

    /// <summary>Whether its preparation is over.</summary>
    public bool IsOver { get; set; }
}
