using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Training;

/// <summary>What training jobs must know of the line.</summary>
/// <param name="ActiveRecipe">The active recipe of a station and a product; null where there is none.</param>
/// <param name="StationsOf">The stations that have an active recipe for a product.</param>
public sealed record JobLine(Func<string, string, Recipe?> ActiveRecipe, Func<string, IReadOnlyList<string>> StationsOf);
