using System.Text.Json.Serialization;

namespace AnomalyLine.Imaging;

/// <summary>What a model takes: the frame is resized to this by area averaging, whatever its own size and proportions.</summary>
/// <param name="Width">Pixels, 16..4096.</param>
/// <param name="Height">Pixels, 16..4096.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Frames">Frames of a clip: the one that is judged, last, and those right before it, 1 (no clip)..16.</param>
/// <param name="SignificantBits">Bits in use of the 16-bit values of frames that do not say it themselves, 8..16; 0 where none were trained on, which takes all 16.</param>
public sealed record InputSpec(int Width, int Height, int Channels, int Frames = 1, int SignificantBits = 0)
{
    /// <summary>Channels of all frames of a clip, frame by frame.</summary>
    [JsonIgnore]
    public int Planes => Frames * Channels;

    /// <summary>Values of one prepared frame, or clip: planes times height times width.</summary>
    public int Length => Planes * Height * Width;
}
