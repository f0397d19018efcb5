namespace AnomalyLine.Management.Gate;

/// <summary>What both models said of one frame of the frozen set.</summary>
/// <param name="Path">The file, relative to the set's folder, with '/' between folders.</param>
/// <param name="Group">What it is there for.</param>
/// <param name="Kind">"good", the folder of a confirmed reject, or the kind of a planted defect.</param>
/// <param name="CandidateScore">The candidate's score; right above its threshold where it aligns parts and found none.</param>
/// <param name="ActiveScore">The active model's score, likewise.</param>
/// <param name="CandidateRejects">Whether the candidate's is above its threshold.</param>
/// <param name="ActiveRejects">Whether the active model's is above its threshold.</param>
public sealed record GateFrame(string Path, GateGroup Group, string Kind, float CandidateScore, float ActiveScore, bool CandidateRejects, bool ActiveRejects)
{
    /// <summary>Number of the normal that the defect was planted on, from 0; -1 where none was.</summary>
    public int PlantedNumber { get; init; } = -1;

    /// <summary>Whether the two differ.</summary>
    public bool IsDisagreement => CandidateRejects != ActiveRejects;

    /// <summary>Whether the candidate is wrong.</summary>
    public bool CandidateErrs => CandidateRejects == (Group == GateGroup.Normal);

    /// <summary>Whether the active model is wrong.</summary>
    public bool ActiveErrs => ActiveRejects == (Group == GateGroup.Normal);
}
