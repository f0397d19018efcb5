namespace AnomalyLine.Management.Audit;

/// <summary>What a check of the chain found.</summary>
/// <param name="Entries">Number of the last entry up to which all are as they were written; 0 for none.</param>
/// <param name="Head">
/// Hash of the last of these. A chain that was cut off at its end is whole in itself: keep this hash and <paramref name="Entries"/> elsewhere, and compare.
/// </param>
/// <param name="FirstBroken">Sequence of the first entry that is not as it was written, or is missing; null where all are.</param>
/// <param name="Reason">What is wrong with it; empty where nothing is.</param>
/// <param name="RemovedThrough">Number of the last entry that was removed because it was old enough, by a cut that is signed; 0 where none was.</param>
public sealed record AuditCheck(long Entries, string Head, long? FirstBroken, string Reason, long RemovedThrough = 0)
{
    /// <summary>This check with the next entry.</summary>
    internal AuditCheck Follow(AuditEntry entry)
    {
        if (entry.Sequence != Entries + 1) return this with { FirstBroken = Entries + 1, Reason = $"entry {Entries + 1} is missing; the next one there is {entry.Sequence}" };
        if (entry.PreviousHash != Head) return this with { FirstBroken = entry.Sequence, Reason = $"entry {entry.Sequence} does not follow the one before it: its previous hash is {entry.PreviousHash}, not {Head}" };
        var hash = entry.ComputeHash();
        return hash == entry.Hash
            ? this with { Entries = entry.Sequence, Head = hash }
            : this with { FirstBroken = entry.Sequence, Reason = $"entry {entry.Sequence} was changed: its hash is {entry.Hash}, but its fields give {hash}" };
    }
}
