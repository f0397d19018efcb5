namespace AnomalyLine.Management.Training;

/// <summary>What can be wrong with a field of an order for a training, or of a schedule.</summary>
public enum JobFaultKind
{
    /// <summary>There is a method and a warm start, or neither. No values.</summary>
    MethodOrWarmStart,

    /// <summary>The name is none of those that there are. Values: the name; the names that there are.</summary>
    Unknown,

    /// <summary>A number is not between two others. Values: the number; the least and the most, neither of them allowed.</summary>
    NotBetween,

    /// <summary>A number is not above one and at most another. Values: the number; the least, which is not allowed; the most, which is.</summary>
    NotUpTo,

    /// <summary>A number is not in a range. Values: the number; the least and the most, both allowed.</summary>
    NotWithin,

    /// <summary>A number is too small. Values: the number; the least.</summary>
    TooSmall,

    /// <summary>A text is too long. Values: its characters; the most.</summary>
    TooLong,

    /// <summary>The name cannot be that of a folder. Values: the name.</summary>
    NotAFolder,

    /// <summary>A line is not key=value. Values: the line.</summary>
    NotASetting,

    /// <summary>The method does not take an option like this. Values: the method's own sentence, English.</summary>
    Option,

    /// <summary>Samples cannot be clips. Values: the frames of a clip.</summary>
    ClipOfSamples,

    /// <summary>A schedule has neither a time of day nor a number of samples. No values.</summary>
    NothingToWaitFor,
}
