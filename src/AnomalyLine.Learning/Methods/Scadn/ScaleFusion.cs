namespace AnomalyLine.Learning.Methods.Scadn;

/// <summary>How the error maps of the scales become one.</summary>
internal enum ScaleFusion
{
    /// <summary>The map of the scale whose mean error exceeds that of normal frames most, as in the authors' code.</summary>
    MaxScale,

    /// <summary>Their mean.</summary>
    Mean,
}
