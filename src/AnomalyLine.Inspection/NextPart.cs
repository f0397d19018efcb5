using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>A part that was announced before its frame: for the next frame that names no part itself.</summary>
/// <param name="PartId">Identity of the part, at most 128 characters; may be empty.</param>
/// <param name="ProductId">Its product, at most 64 characters; empty for the station's selected product.</param>
public sealed record NextPart(string PartId, string ProductId)
{
    /// <summary>Whether something of the announcement before is not in this one.</summary>
    internal bool Loses(NextPart? before)
        => before is not null
            && ((before.PartId.Length != 0 && !string.Equals(PartId, before.PartId, StringComparison.Ordinal))
                || (before.ProductId.Length != 0 && !string.Equals(ProductId, before.ProductId, StringComparison.Ordinal)));

    /// <summary>What is wrong with it; null where nothing is.</summary>
    internal string? Check()
    {
        if (PartId.Length > InspectionRequest.MaxPartIdLength) return $"The part's identity has {PartId.Length} characters; the limit is {InspectionRequest.MaxPartIdLength}.";
        if (ControlCharacters.Check(PartId) is { } wrong) return $"The part cannot be announced: its identity {wrong}.";
        return Recipe.CheckProduct(ProductId) is { } error ? $"The part cannot be announced: {error}." : null;
    }
}
