namespace AnomalyLine.Server.Pictures;

/// <summary>Which picture of an inspection.</summary>
internal enum PictureKind
{
    /// <summary>The frame as judged.</summary>
    Frame,

    /// <summary>The anomaly map in colour over the frame, with the regions outlined.</summary>
    Overlay,

    /// <summary>The anomaly map alone, in colour.</summary>
    Map,
}
