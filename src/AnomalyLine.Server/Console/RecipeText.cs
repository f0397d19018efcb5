using AnomalyLine.Inspection;
using Microsoft.Extensions.Localization;

namespace AnomalyLine.Server.Console;

/// <summary>A recipe in a few words, in the visitor's language, for a question before it changes.</summary>
internal static class RecipeText
{
    /// <summary>Where it judges: its station and, where it has one, its product.</summary>
    public static string Place(Recipe recipe) => recipe.ProductId.Length == 0 ? recipe.Station : $"{recipe.Station} · {recipe.ProductId}";

    /// <summary>The one that judges now; "nothing" for none.</summary>
    public static string Now(Recipe? recipe, IStringLocalizer words) => recipe is null ? words["nothing"]
        : words["revision {0}: {1}, rejects above {2}", recipe.Revision, recipe.ModelVersion, Figures.Score(recipe.JudgedThreshold)];

    /// <summary>The one that is to judge: a revision that comes back, or, with revision 0, one that is new.</summary>
    public static string Then(Recipe recipe, IStringLocalizer words) => recipe.Revision == 0
        ? words["{0}, rejects above {1}", recipe.ModelVersion, Figures.Score(recipe.JudgedThreshold)]
        : words["the values of revision {0}: {1}, rejects above {2}", recipe.Revision, recipe.ModelVersion, Figures.Score(recipe.JudgedThreshold)];

    /// <summary>When it begins.</summary>
    public static string Note(IStringLocalizer words) => words["It judges from the next frame on, as a new revision; nothing is lost."];

    /// <summary>A product for people, who see nothing where there is no name.</summary>
    public static string Product(string product, IStringLocalizer words) => product.Length > 0 ? product : words["no ID"];
}
