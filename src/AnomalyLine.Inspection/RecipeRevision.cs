namespace AnomalyLine.Inspection;

/// <summary>A recipe that is, or was, active at a station.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="ActivationTime">When it was activated.</param>
/// <param name="IsActive">Whether it is the active one of its product.</param>
public sealed record RecipeRevision(Recipe Recipe, DateTimeOffset ActivationTime, bool IsActive);
