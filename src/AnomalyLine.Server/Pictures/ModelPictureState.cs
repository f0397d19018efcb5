namespace AnomalyLine.Server.Pictures;

/// <summary>What became of a wish for a picture that a model makes.</summary>
internal enum ModelPictureState
{
    /// <summary>It is there.</summary>
    Made,

    /// <summary>The frame is no longer kept.</summary>
    FrameGone,

    /// <summary>No model judged the frame.</summary>
    NotJudged,

    /// <summary>No model is stored that could make it.</summary>
    ModelGone,

    /// <summary>The model compares a frame with nothing that it makes itself.</summary>
    None,

    /// <summary>The model could not be loaded, or failed.</summary>
    Failed,

    /// <summary>Too many wait already.</summary>
    Busy,
}
