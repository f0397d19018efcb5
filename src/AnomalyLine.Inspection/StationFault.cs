namespace AnomalyLine.Inspection;

/// <summary>What keeps a station from judging.</summary>
public enum StationFault
{
    /// <summary>Nothing: it judges.</summary>
    None = 0,

    /// <summary>It is stopped.</summary>
    Stopped = 1,

    /// <summary>It has no active recipe.</summary>
    NoRecipe = 2,

    /// <summary>The recipe's model could not be loaded, or keeps failing.</summary>
    Model = 3,

    /// <summary>The log does not take records.</summary>
    Log = 4,
}
