namespace AnomalyLine.Learning.Methods.Features;

/// <summary>Options of methods that know each place of the frame by the features of all layers there.</summary>
internal abstract record PlaceOptions : FeatureOptions
{
    /// <summary>
    /// Whether the features of each layer are divided by their length at each place (L2 normalisation): a place is then known by the direction of its features and not by their
    /// strength, which follows the contrast of the frame, and all layers count alike.
    /// </summary>
    public bool UnitLength { get; init; }

    /// <inheritdoc/>
    internal sealed override bool LearnsAtOnce => true;
}
