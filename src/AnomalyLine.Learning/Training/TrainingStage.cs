namespace AnomalyLine.Learning.Training;

/// <summary>What a training does.</summary>
public enum TrainingStage
{
    /// <summary>Reads the frames.</summary>
    Loading,

    /// <summary>Learns.</summary>
    Training,

    /// <summary>Judges the held-out normals.</summary>
    Calibrating,

    /// <summary>Writes the model file.</summary>
    Saving,
}
