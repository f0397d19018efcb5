using System.Text.Json.Serialization;

namespace AnomalyLine.Imaging;

/// <summary>How a frame of other proportions than a model's input is brought to it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FrameFit>))]
public enum FrameFit
{
    /// <summary>Its width and its height are scaled each by what they need: the frame fills the input, and its proportions change.</summary>
    Stretch,

    /// <summary>
    /// Width and height are scaled alike until the frame just fits, centred; what is left on two sides of the input is filled by repeating the outermost rows or columns. The filling is not judged.
    /// </summary>
    Letterbox,
}
