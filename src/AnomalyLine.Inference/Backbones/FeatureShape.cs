namespace AnomalyLine.Inference.Backbones;

/// <summary>The shape of a frame's features in one layer.</summary>
/// <param name="Channels">Numbers a place.</param>
/// <param name="Height">Places from top to bottom.</param>
/// <param name="Width">Places from left to right.</param>
public sealed record FeatureShape(int Channels, int Height, int Width)
{
    /// <summary>Numbers a frame.</summary>
    public int Length => Channels * Height * Width;
}
