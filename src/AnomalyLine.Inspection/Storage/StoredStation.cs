namespace AnomalyLine.Inspection.Storage;

/// <summary>What the log knows of a station.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FirstSequence">Sequence of the oldest inspection kept; 1 if there is none.</param>
/// <param name="LastSequence">Sequence of the newest inspection; 0 if there is none.</param>
/// <param name="Mode">Whether it judges.</param>
/// <param name="ProductId">The selected product; empty for the default recipe.</param>
/// <param name="Recipes">The newest recipe of each product; none of before it was removed and added again.</param>
internal sealed record StoredStation(
    string Name, long FirstSequence, long LastSequence, StationMode Mode, string ProductId, IReadOnlyList<Recipe> Recipes)
{
    /// <summary>The name that people read; empty for the name.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>When it was removed; null where it was not.</summary>
    public DateTimeOffset? RemovalTime { get; init; }

    /// <summary>Revision of its newest recipe of before it was removed and added again; 0 where it was not.</summary>
    public int RevisionsBefore { get; init; }
}
