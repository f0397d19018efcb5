using AnomalyLine.Client;
using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.Sending;

/// <summary>Tells people what a camera does: verdicts on standard output, all else on standard error.</summary>
/// <param name="output">Where to.</param>
/// <param name="name">The camera's name; null where there is one camera.</param>
/// <param name="isQuiet">Whether verdicts are left out.</param>
internal sealed class CameraLog(Output output, string? name, bool isQuiet)
{
    /// <summary>A verdict.</summary>
    public void Answer(string line)
    {
        if (!isQuiet) output.Result.WriteLine(name is null ? line : $"{name}: {line}");
    }

    /// <summary>Something that somebody should know, or do something about.</summary>
    public void Trouble(string line) => output.Error.WriteLine($"camera{(name is null ? "" : $" {name}")}: {ControlCharacters.Escape(line)}");
}
