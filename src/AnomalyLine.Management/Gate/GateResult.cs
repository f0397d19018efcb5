namespace AnomalyLine.Management.Gate;

/// <summary>What the frozen set says of one criterion.</summary>
public enum GateResult
{
    /// <summary>Shown with 95 % confidence: the candidate is worse by at most the margin.</summary>
    NotWorse = 0,

    /// <summary>Nothing speaks against the candidate, but the frames are too few to show it.</summary>
    Unproven = 1,

    /// <summary>The candidate is worse: by more than the margin, or by less but not by chance.</summary>
    Worse = 2,
}
