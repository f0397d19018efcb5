using System.Globalization;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;

namespace AnomalyLine.Server.Console;

/// <summary>Two revisions of a recipe and the models that they name, value by value.</summary>
internal static class RecipeComparison
{
    private const string None = "–";

    /// <summary>All values that either has, the recipe's first, then those of the model's manifest.</summary>
    /// <param name="left">The first revision.</param>
    /// <param name="leftModel">Its model; null where the server no longer has it.</param>
    /// <param name="right">The second revision.</param>
    /// <param name="rightModel">Its model; null where the server no longer has it.</param>
    public static IReadOnlyList<ComparedValue> Of(Recipe left, StoredModel? leftModel, Recipe right, StoredModel? rightModel)
    {
        var (first, second) = (Values(left, leftModel), Values(right, rightModel));
        var names = first.Concat(second).Select(value => value.Name).Distinct(StringComparer.Ordinal);
        var (ofFirst, ofSecond) = (first.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), second.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));
        return [.. names.Select(name => new ComparedValue(name, ofFirst.GetValueOrDefault(name, None), ofSecond.GetValueOrDefault(name, None)))];
    }

    private static List<(string Name, string Value)> Values(Recipe recipe, StoredModel? model)
    {
        var values = new List<(string Name, string Value)>
        {
            ("Product", recipe.ProductId.Length > 0 ? recipe.ProductId : None),
            ("Model", recipe.ModelVersion),
            ("Threshold", Figures.Score(recipe.Threshold)),
            ("Sensitivity", Figures.Shift(recipe.Sensitivity)),
            ("Threshold that judges", Figures.Score(recipe.JudgedThreshold)),
            ("Sensitivity, limit", Figures.Shift(recipe.SensitivityLimit)),
            ("Pixel threshold", Figures.Score(recipe.PixelThreshold)),
            ("Region", recipe.Area?.Region is { } r ? Invariant($"{r.Width} x {r.Height} at {r.X}, {r.Y}") : "whole frame"),
            ("Left out", recipe.Area is { LeftOut.Count: > 0 and var shapes } ? Invariant($"{shapes}") : None),
            ("Deadline, ms", Figures.Ms(recipe.Deadline.TotalMilliseconds)),
        };
        if (model is null) return values;
        var manifest = model.Manifest;
        values.AddRange(
        [
            ("Method", manifest.Method),
            ("Preset", manifest.Preset),
            ("Started from", manifest.Parent ?? None),
            ("Trained, UTC", Figures.Moment(manifest.CreationTime)),
            ("Normal parts, trained on", Figures.Count(manifest.TrainingSet.Count)),
            ("Normal parts, digest", manifest.TrainingSet.Digest),
            ("Input, pixels", Invariant($"{manifest.Input.Width} x {manifest.Input.Height} x {manifest.Input.Channels}")),
            ("Seed", Invariant($"{manifest.Seed}")),
            ("Calibration, normal parts", Figures.Count(manifest.Calibration.Count)),
            ("Calibration, false rejects wanted", Figures.Percent(manifest.Calibration.WantedFalseRejectRate)),
            ("Calibration, false rejects certified", Figures.Percent(manifest.Calibration.CertifiedFalseRejectRate)),
            ("Calibration, false rejects with 95 % confidence", manifest.Calibration.Bound95 is { } bound ? Figures.Percent(bound) : None),
            ("Calibration, in words", manifest.Calibration.Note),
        ]);
        values.AddRange(manifest.Metrics.Select(metric => ($"Metric: {metric.Key}", metric.Value.ToString("G5", CultureInfo.InvariantCulture))));
        values.AddRange(manifest.Options.Select(option => ($"Option: {option.Key}", option.Value?.ToJsonString() ?? None)));
        values.AddRange(manifest.Libraries.Select(library => ($"Library: {library.Key}", library.Value)));
        return values;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
