namespace AnomalyLine.Learning.Methods;

/// <summary>Whether frames are turned and shifted before they are judged, so that all parts lie as one.</summary>
internal enum AlignChoice
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>Where normal frames say that parts can be found reliably, and that they lie so differently that it matters.</summary>
    Auto,

    /// <summary>Always; a training fails where normal frames say that parts cannot be found reliably.</summary>
    On,
}
