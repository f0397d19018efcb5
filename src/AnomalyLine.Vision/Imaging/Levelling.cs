using System.Text.Json.Serialization;

namespace AnomalyLine.Vision.Imaging;

/// <summary>
/// How a frame's exposure is taken out before a model sees it, by the mean and the standard deviation of its grey values: where exposure differs from part to part and is no
/// defect. Colours keep their differences from grey.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Levelling>))]
public enum Levelling
{
    /// <summary>Not at all: brightness and contrast are part of what is judged.</summary>
    None,

    /// <summary>Every frame gets the same mean and deviation.</summary>
    Frame,

    /// <summary>Every place gets the same mean and deviation over a window of a quarter of the frame around it: uneven light goes too, and so do large defects that are even in themselves, but for their outlines.</summary>
    Local,
}
