using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>Two revisions of a recipe and the models that they name, value by value, in the visitor's language.</summary>
internal static class RecipeComparison
{
    private const string None = "–";

    /// <summary>All values that either has, the recipe's first, then those of the model's manifest.</summary>
    /// <param name="left">The first revision.</param>
    /// <param name="leftModel">Its model; null where the server no longer has it.</param>
    /// <param name="right">The second revision.</param>
    /// <param name="rightModel">Its model; null where the server no longer has it.</param>
    /// <param name="words">The visitor's language.</param>
    public static IReadOnlyList<ComparedValue> Of(Recipe left, StoredModel? leftModel, Recipe right, StoredModel? rightModel, IStringLocalizer words)
    {
        var (first, second) = (Values(left, leftModel, words), Values(right, rightModel, words));
        var names = first.Concat(second).Select(value => value.Name).Distinct(StringComparer.Ordinal);
        var (ofFirst, ofSecond) = (first.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), second.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));
        return [.. names.Select(name => new ComparedValue(name, ofFirst.GetValueOrDefault(name, None), ofSecond.GetValueOrDefault(name, None)))];
    }

    private static List<(string Name, string Value)> Values(Recipe recipe, StoredModel? model, IStringLocalizer words)
    {
        var values = new List<(string Name, string Value)>
        {
            (words["Product"], recipe.ProductId.Length > 0 ? recipe.ProductId : None),
            (words["Model"], recipe.ModelVersion),
            (words["Threshold"], Figures.Score(recipe.Threshold)),
            (words["Sensitivity"], Figures.Shift(recipe.Sensitivity)),
            (words["Effective limit"], Figures.Score(recipe.JudgedThreshold)),
            (words["Largest sensitivity"], Figures.Shift(recipe.SensitivityLimit)),
            (words["Pixel threshold"], Figures.Score(recipe.PixelThreshold)),
            (words["judged rectangle"], recipe.Area?.Region is { } r ? Invariant($"{r.Width} x {r.Height} at {r.X}, {r.Y}") : words["Whole frame"].Value),
            (words["Left out"], recipe.Area is { LeftOut.Count: > 0 and var shapes } ? Invariant($"{shapes}") : None),
            (words["Deadline, ms"], Figures.Ms(recipe.Deadline.TotalMilliseconds)),
        };
        if (model is null) return values;
        var manifest = model.Manifest;
        values.AddRange(
        [
            (words["Method"], manifest.Method),
            (words["Preset"], manifest.Preset is { Length: > 0 } preset ? words[preset] : None),
            (words["Started from"], manifest.Parent ?? None),
            (words["Trained"], Figures.LocalSecond(manifest.CreationTime)),
            (words["Normal parts, trained on"], Figures.Count(manifest.TrainingSet.Count)),
            (words["Normal parts, digest"], manifest.TrainingSet.Digest),
            (words["Input, pixels"], Invariant($"{manifest.Input.Width} x {manifest.Input.Height} x {manifest.Input.Channels}")),
            (words["Seed"], Invariant($"{manifest.Seed}")),
            (words["Calibration, normal parts"], Figures.Count(manifest.Calibration.Count)),
            (words["Calibration, false rejects wanted"], Figures.Percent(manifest.Calibration.WantedFalseRejectRate)),
            (words["Calibration, false rejects certified"], Figures.Percent(manifest.Calibration.CertifiedFalseRejectRate)),
            (words["Calibration, false rejects with 95 % confidence"], manifest.Calibration.Bound95 is { } bound ? Figures.Percent(bound) : None),
            (words["Calibration, in words"], manifest.Calibration.Note),
        ]);
        values.AddRange(manifest.Metrics.Select(metric => (words["Figure: {0}", metric.Key].Value, metric.Value.ToString("G5", CultureInfo.InvariantCulture))));
        values.AddRange(manifest.Options.Select(option => (words["Option: {0}", option.Key].Value, option.Value?.ToJsonString() ?? None)));
        values.AddRange(manifest.Libraries.Select(library => (words["Library: {0}", library.Key].Value, library.Value)));
        return values;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
