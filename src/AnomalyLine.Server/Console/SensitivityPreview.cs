using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Console;

/// <summary>What recent parts would become if a recipe's sensitivity were another one. Scores stay, the threshold moves. Immutable.</summary>
/// <param name="Judged">Parts that could be looked at.</param>
/// <param name="RejectedNow">Of them those that the active recipe rejects.</param>
/// <param name="Threshold">Score above which a part would be NotOk.</param>
/// <param name="NewlyRejected">Parts that would become NotOk, newest first.</param>
/// <param name="NewlyAccepted">Parts that would become Ok, newest first.</param>
internal sealed record SensitivityPreview(int Judged, int RejectedNow, float Threshold, IReadOnlyList<InspectionRecord> NewlyRejected, IReadOnlyList<InspectionRecord> NewlyAccepted)
{
    /// <summary>Parts that would be rejected.</summary>
    public int RejectedThen => RejectedNow + NewlyRejected.Count - NewlyAccepted.Count;

    /// <summary>Of inspections those whose score another threshold of the active recipe would judge alike: the same product, model and region.</summary>
    /// <param name="found">Inspections of the station, newest first.</param>
    /// <param name="active">The active recipe.</param>
    /// <param name="revisions">The station's revisions.</param>
    public static IReadOnlyList<InspectionRecord> Comparable(IEnumerable<InspectionRecord> found, Recipe active, IReadOnlyList<RecipeRevision> revisions)
    {
        var alike = revisions.Select(revision => revision.Recipe).Where(recipe => recipe.ProductId == active.ProductId && recipe.ModelVersion == active.ModelVersion && Equals(recipe.Area, active.Area))
            .Select(recipe => recipe.Revision).Append(active.Revision).ToHashSet();
        return [.. found.Where(record => Figures.HasScore(record) && alike.Contains(record.RecipeRevision))];
    }

    /// <summary>What they would become.</summary>
    /// <param name="parts">As <see cref="Comparable"/> gives them.</param>
    /// <param name="active">The active recipe.</param>
    /// <param name="sensitivity">The sensitivity that is thought of.</param>
    public static SensitivityPreview Of(IReadOnlyList<InspectionRecord> parts, Recipe active, float sensitivity)
    {
        var (now, then) = (active.JudgedThreshold, (active with { Sensitivity = sensitivity }).JudgedThreshold);
        return new SensitivityPreview(
            parts.Count, parts.Count(part => part.Score > now), then,
            [.. parts.Where(part => part.Score > then && part.Score <= now)], [.. parts.Where(part => part.Score > now && part.Score <= then)]);
    }
}
