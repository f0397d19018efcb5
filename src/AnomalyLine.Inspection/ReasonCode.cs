namespace AnomalyLine.Inspection;

/// <summary>Why a verdict is what it is. The numbers are those of the wire contract.</summary>
public enum ReasonCode
{
    /// <summary>No reason given.</summary>
    Unspecified = 0,

    /// <summary>Ok: the score is at or below the threshold.</summary>
    WithinThreshold = 1,

    /// <summary>NotOk: the score is above the threshold.</summary>
    AboveThreshold = 2,

    /// <summary>NotDecidable: no result by the deadline.</summary>
    DeadlineExceeded = 3,

    /// <summary>NotDecidable: the model's queue was full.</summary>
    Overloaded = 4,

    /// <summary>NotDecidable: the frame could not be read, or what was sent with it is outside its range.</summary>
    InvalidFrame = 5,

    /// <summary>NotDecidable: the station has no active recipe for the part's product.</summary>
    NoRecipe = 6,

    /// <summary>NotDecidable: the model failed on this frame, or could not be loaded.</summary>
    ModelFailed = 7,

    /// <summary>NotDecidable: the server is stopping.</summary>
    Stopping = 8,

    /// <summary>NotDecidable: the caller withdrew the frame before there was a result.</summary>
    Cancelled = 9,

    /// <summary>NotDecidable: the station is stopped.</summary>
    StationStopped = 10,

    /// <summary>NotDecidable: the frame shows no part, or one that lies farther off than the model's training parts did.</summary>
    PartNotFound = 11,

    /// <summary>NotDecidable: the model judges a frame together with those right before it, and those are not all there: after a start, a lost frame or a change.</summary>
    ClipNotFull = 12,
}
