namespace AnomalyLine.Management.Activation;

/// <summary>
/// A change of what judges at a station that is under way: written before the line is changed, taken away with the audit's entry after it. One that
/// is still there at a start was cut short; the line's log says whether it took place.
/// </summary>
internal sealed class PendingChange
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>The product whose recipe changes, or that is selected.</summary>
    public required string ProductId { get; init; }

    /// <summary>What is done, as the audit names it, such as "recipe.activate".</summary>
    public required string Action { get; init; }

    /// <summary>The station's newest revision before, where the change makes the next one; null where it only selects a product.</summary>
    public required int? BaseRevision { get; init; }

    /// <summary>The selected product before.</summary>
    public required string BaseProductId { get; init; }

    /// <summary>Whether it takes place against the gate.</summary>
    public bool Overrides { get; init; }

    /// <summary>Why; empty if nobody said.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who: see <see cref="Audit.Caller.User"/>.</summary>
    public required string User { get; init; }

    /// <summary>From where: see <see cref="Audit.Caller.Origin"/>.</summary>
    public required string Origin { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Time { get; init; }
}
