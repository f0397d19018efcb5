namespace AnomalyLine.Demo.Parts;

/// <summary>A feature that may be missing from a flange.</summary>
/// <param name="BoltHole">Index of a bolt hole, or -1.</param>
/// <param name="Dowel">The dowel hole.</param>
/// <param name="Mark">The engraved mark.</param>
internal sealed record FlangeFeature(int BoltHole, bool Dowel, bool Mark)
{
    public static FlangeFeature None { get; } = new(-1, false, false);
}
