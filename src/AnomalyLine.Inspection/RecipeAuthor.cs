namespace AnomalyLine.Inspection;

/// <summary>Who makes a revision of a recipe, and why.</summary>
/// <param name="User">Who, as the audit names them; may be empty.</param>
/// <param name="Reason">Why; may be empty.</param>
public sealed record RecipeAuthor(string User, string Reason)
{
    /// <summary>Nobody said.</summary>
    public static readonly RecipeAuthor Unknown = new("", "");
}
