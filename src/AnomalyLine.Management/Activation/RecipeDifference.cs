using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Activation;

/// <summary>What a recipe has that another one had not, in words.</summary>
internal static class RecipeDifference
{
    /// <summary>Which revision is active, since when, by whom, and what is different.</summary>
    /// <param name="before">What somebody looked at; null where that was nothing.</param>
    /// <param name="now">What is active.</param>
    public static string Describe(Recipe? before, RecipeRevision now)
    {
        var (recipe, changes) = (now.Recipe, new List<string>());
        Add("model", before?.ModelVersion, recipe.ModelVersion);
        Add("threshold", before?.Threshold, recipe.Threshold);
        Add("sensitivity", before?.Sensitivity, recipe.Sensitivity);
        Add("sensitivity limit", before?.SensitivityLimit, recipe.SensitivityLimit);
        Add("region", (object?)before?.Area?.Region ?? "all", (object?)recipe.Area?.Region ?? "all");
        if (before?.Area?.LeftOut is var old && !(old ?? []).SequenceEqual(recipe.Area?.LeftOut ?? [])) changes.Add($"left out {old?.Count ?? 0} -> {recipe.Area?.LeftOut.Count ?? 0} shapes");
        Add("deadline", before?.Deadline, recipe.Deadline);
        var who = recipe.CreatedBy.Length == 0 ? "" : $" by {recipe.CreatedBy}";
        var why = recipe.Reason.Length == 0 ? "" : $" (\"{recipe.Reason}\")";
        return FormattableString.Invariant($"revision {recipe.Revision} is active since {now.ActivationTime.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{who}{why}")
            + (changes.Count == 0 ? ", with the same values" : ": " + string.Join(", ", changes));

        void Add(string name, object? old, object? value)
        {
            if (!Equals(old, value)) changes.Add(old is null ? FormattableString.Invariant($"{name} {value}")
                : FormattableString.Invariant($"{name} {old} -> {value}"));
        }
    }
}
