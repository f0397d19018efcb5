using System.Text.Json;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Console;

/// <summary>Who made a revision of a recipe, as the audit has it.</summary>
/// <param name="User">As they called themselves; may be empty.</param>
/// <param name="Action">What was done, such as "recipe.activate".</param>
/// <param name="Reason">Why; empty where nobody said.</param>
internal sealed record RecipeAuthor(string User, string Action, string Reason)
{
    /// <summary>By revision; of several entries that name one, the oldest made it.</summary>
    /// <param name="entries">Entries of the audit, newest first.</param>
    /// <param name="station">Name of the station.</param>
    public static IReadOnlyDictionary<int, RecipeAuthor> Read(IEnumerable<AuditEntry> entries, string station)
    {
        var authors = new Dictionary<int, RecipeAuthor>();
        foreach (var entry in entries.Where(entry => entry.Subject == station && entry.Action.StartsWith("recipe.", StringComparison.Ordinal) && entry.NewValue.Length > 0))
        {
            using var value = JsonDocument.Parse(entry.NewValue);
            var (recipe, reason) = value.RootElement.TryGetProperty("recipe", out var inner) ? (inner, value.RootElement.GetProperty("reason").GetString()!) : (value.RootElement, "");
            if (recipe.TryGetProperty("revision", out var revision)) authors[revision.GetInt32()] = new RecipeAuthor(entry.User, entry.Action, reason);
        }

        return authors;
    }
}
