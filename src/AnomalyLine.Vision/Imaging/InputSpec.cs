namespace AnomalyLine.Vision.Imaging;

/// <summary>What a model takes: the frame is resized to this by area averaging, whatever its own size and proportions.</summary>
/// <param name="Width">Pixels, 16..4096.</param>
/// <param name="Height">Pixels, 16..4096.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
public sealed record InputSpec(int Width, int Height, int Channels)
{
    /// <summary>Values of one prepared frame: channels times height times width.</summary>
    public int Length => Channels * Height * Width;
}
