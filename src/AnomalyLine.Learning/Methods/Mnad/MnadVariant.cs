namespace AnomalyLine.Learning.Methods.Mnad;

/// <summary>The two networks of MNAD.</summary>
internal enum MnadVariant
{
    /// <summary>Without skips: all that is rebuilt has passed the memory's module.</summary>
    Reconstruction,

    /// <summary>With skips: a video's frame from those before it.</summary>
    Prediction,
}
