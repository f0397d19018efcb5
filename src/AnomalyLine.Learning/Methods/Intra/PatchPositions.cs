namespace AnomalyLine.Learning.Methods.Intra;

/// <summary>Which position the network is told of each patch.</summary>
internal enum PatchPositions
{
    /// <summary>Its place in the frame: for parts in a fixed pose.</summary>
    Global,

    /// <summary>Its place in the window: for textures.</summary>
    Local,
}
