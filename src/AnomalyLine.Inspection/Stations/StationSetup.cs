using System.Collections.Frozen;

namespace AnomalyLine.Inspection.Stations;

/// <summary>What a station does with frames: swapped as a whole, so that a frame sees one of it. Immutable.</summary>
/// <param name="Mode">Whether it judges.</param>
/// <param name="ProductId">The selected product, for frames that name none; empty for the default recipe.</param>
/// <param name="Recipes">The active recipe of each product; the default recipe under the empty name.</param>
internal sealed record StationSetup(StationMode Mode, string ProductId, FrozenDictionary<string, ActiveRecipe> Recipes)
{
    public static readonly StationSetup New = new(StationMode.Continuous, "", FrozenDictionary<string, ActiveRecipe>.Empty);

    /// <summary>The name that people read; empty for the station's name.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Revision of the newest recipe of before the station was removed and added again; 0 where it was not.</summary>
    public int RevisionsBefore { get; init; }

    /// <summary>When the station was removed; null where it was not.</summary>
    public DateTimeOffset? RemovalTime { get; init; }

    /// <summary>The selected product's recipe; null if there is none.</summary>
    public ActiveRecipe? Selected => Recipes.GetValueOrDefault(ProductId);

    /// <summary>Revision of the newest recipe; 0 if there is none.</summary>
    public int LastRevision => Recipes.Count == 0 ? RevisionsBefore : Recipes.Values.Max(active => active.Recipe.Revision);

    /// <summary>The same with another active recipe for its product.</summary>
    public StationSetup With(ActiveRecipe active)
    {
        var recipes = Recipes.ToDictionary(StringComparer.Ordinal);
        recipes[active.Recipe.ProductId] = active;
        return this with { Recipes = recipes.ToFrozenDictionary(StringComparer.Ordinal) };
    }

    /// <summary>Why frames that name no product are not judged; empty where they are, or where only frames with a product can be and are.</summary>
    public (StationFault Kind, string Fault) ToFault(string name)
    {
        if (Mode == StationMode.Stopped) return (StationFault.Stopped, $"Station {name} is stopped; start it.");
        if (Recipes.Count == 0) return (StationFault.NoRecipe, "The station has no active recipe; activate one.");
        var fault = Selected is { } selected ? selected.Fault : Recipes.Values.Any(active => active.Fault.Length == 0) ? "" : Recipes.Values[0].Fault;
        return (fault.Length == 0 ? StationFault.None : StationFault.Model, fault);
    }
}
