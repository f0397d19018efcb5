using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.Configuration;

/// <summary>Where frames come from, as people write it: a folder, a video file, <c>genicam:NAME</c>, <c>rtsp://…</c>, <c>/dev/video0</c>, <c>http://…</c> (a picture a request).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Path, address, or the GenICam camera's name.</param>
internal sealed record SourceAddress(SourceKind Kind, string Value)
{
    /// <summary>The forms, for people.</summary>
    public const string Forms = "a folder of images, a video file, genicam:NAME (serial number, model, IP address or name), rtsp://ADDRESS, /dev/videoN, or http://ADDRESS of a picture";

    private const string GenICamPrefix = "genicam:";

    /// <summary>Whether it can be there again after it failed: a camera can, a file cannot.</summary>
    public bool IsLive => Kind is not (SourceKind.Folder or SourceKind.Video);

    /// <summary>For people: without the user and password that an address may have.</summary>
    public override string ToString() => Kind switch
    {
        SourceKind.GenICam => GenICamPrefix + Value,
        SourceKind.Rtsp or SourceKind.Snapshot when Uri.TryCreate(Value, UriKind.Absolute, out var uri) => ControlCharacters.Escape(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)),
        _ => ControlCharacters.Escape(Value),
    };

    /// <summary>Reads one; a path need not exist yet.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SourceAddress? address, [NotNullWhen(false)] out string? error)
    {
        (address, error) = (null, null);
        if (text.StartsWith(GenICamPrefix, StringComparison.Ordinal))
        {
            var name = text[GenICamPrefix.Length..];
            if (name.Length > 0) address = new SourceAddress(SourceKind.GenICam, name);
            else error = "names no camera; write genicam:NAME with its serial number, model, IP address or name ('anomalyline camera --list' shows them)";
        }
        else if (text.Contains("://", StringComparison.Ordinal))
        {
            SourceKind? kind = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0
                ? uri.Scheme switch { "rtsp" or "rtsps" => SourceKind.Rtsp, "http" or "https" => SourceKind.Snapshot, _ => null }
                : null;
            if (kind is { } found) address = new SourceAddress(found, text);
            else error = $"is no address of a source; write {Forms}";
        }
        else if (text.Length == 0)
        {
            error = $"is empty; write {Forms}";
        }
        else
        {
            address = new SourceAddress(text.StartsWith("/dev/video", StringComparison.Ordinal) ? SourceKind.V4L2 : Directory.Exists(text) ? SourceKind.Folder : SourceKind.Video, text);
        }

        return address is not null;
    }
}
