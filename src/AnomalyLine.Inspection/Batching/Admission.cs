namespace AnomalyLine.Inspection.Batching;

/// <summary>Whether a queue has a place.</summary>
internal enum Admission
{
    /// <summary>A place is reserved.</summary>
    Reserved,

    /// <summary>All places are taken.</summary>
    Full,

    /// <summary>The queue takes nothing any more.</summary>
    Closed,
}
