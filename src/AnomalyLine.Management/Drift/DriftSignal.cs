namespace AnomalyLine.Management.Drift;

/// <summary>What is watched for drift.</summary>
public enum DriftSignal
{
    /// <summary>The model's scores of Ok parts.</summary>
    Score = 0,

    /// <summary>Mean grey value of the frames.</summary>
    Brightness = 1,

    /// <summary>Edges of the frames, relative to their brightness.</summary>
    Sharpness = 2,

    /// <summary>Where the edges are, left to right.</summary>
    Horizontal = 3,

    /// <summary>Where the edges are, top to bottom.</summary>
    Vertical = 4,

    /// <summary>Whether a part is NotOk, 0 or 1: where all parts are rejected, no score of an Ok part tells of it.</summary>
    Rejects = 5,
}
