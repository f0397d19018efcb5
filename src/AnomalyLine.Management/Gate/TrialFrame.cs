namespace AnomalyLine.Management.Gate;

/// <summary>What a model said of one frame.</summary>
/// <param name="Group">What the frame is there for.</param>
/// <param name="Kind">"good", the folder of a confirmed reject, or the kind of a planted defect.</param>
/// <param name="Score">The score; right above the threshold where the model aligns parts and found none.</param>
public sealed record TrialFrame(GateGroup Group, string Kind, float Score);
