using AnomalyLine.Management.Audit;

namespace AnomalyLine.Management.Activation;

/// <summary>Who asks for a change of what judges, why, and what they had before them.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Reason">Why, at most <see cref="Inspection.Recipe.MaxReasonLength"/> characters; it is kept in the revision. May be empty where the
/// change says so.</param>
/// <param name="ExpectedRevision">The product's revision that the caller saw as the active one, 0 for none; null not to compare it.</param>
public sealed record ChangeRequest(Caller Caller, string Reason = "", int? ExpectedRevision = null);
