using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using AnomalyLine.Server.Hosting;

namespace AnomalyLine.Server.Pictures;

/// <summary>
/// Makes pictures of recent inspections, each once however many look at it: the last <see cref="MostKept"/> small ones are kept, and an inspection never changes. White is the
/// same in all pictures of a station: the largest value of the bits that frames state or, where they do not, that the model takes. Any thread.
/// </summary>
internal sealed class PictureMaker(LineHost host, ModelStore models)
{
    /// <summary>Most pictures that are kept.</summary>
    public const int MostKept = 256;

    /// <summary>Widest picture that is kept, pixels. At 256 of them that is some 10 MB for photographs.</summary>
    public const int WidestKept = 512;

    private const string Jpeg = "image/jpeg";
    private const string Png = "image/png";
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, long, PictureKind, int), Lazy<Picture?>> _kept = [];
    private readonly Queue<(string, long, PictureKind, int)> _order = [];

    /// <summary>A picture; null where the inspection is no longer kept, its frame could not be read, or the model gave no map.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="sequence">The station's number of the inspection.</param>
    /// <param name="kind">Which picture.</param>
    /// <param name="maxWidth">Pixels; a wider frame is made smaller. 0 gives the frame as it came, raw pixels as PNG.</param>
    public Picture? Make(string station, long sequence, PictureKind kind, int maxWidth) =>
        host.Line.Evidence.TryGet(station, sequence) is not { } item ? null
        : maxWidth is > 0 and <= WidestKept ? KeptOf((station, sequence, kind, maxWidth), () => Make(item, kind, maxWidth)).Value
        : Make(item, kind, maxWidth);

    /// <summary>A sample as a browser shows it: the file as it is or, with 8 bits a value, where it has 16; or made smaller.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="file">Its PNG file.</param>
    /// <param name="maxWidth">Pixels; a JPEG file of at most this width. 0 gives the PNG file.</param>
    public Picture MakeSample(Sample sample, byte[] file, int maxWidth)
    {
        if (!Frame.TryCreate(PixelFormat.Png, 0, 0, 0, file, sample.CaptureTime, out var frame, out _) || (maxWidth == 0 && !frame.HasDeepValues)) return new Picture(file, Png);
        var format = maxWidth == 0 ? PixelFormat.Png : PixelFormat.Jpeg;
        return Overlay.TryEncodeFrame(Shown(frame, sample.Station, sample.ModelVersion), maxWidth, format, out var shown, out _) ? new Picture(shown, maxWidth == 0 ? Png : Jpeg) : new Picture(file, Png);
    }

    private Picture? Make(EvidenceItem item, PictureKind kind, int maxWidth) => kind switch
    {
        PictureKind.Frame => MakeFrame(item, maxWidth),
        PictureKind.Overlay when item.Map is { } map => MakeOverlay(item, map, maxWidth),
        PictureKind.Map when item.Map is { } map => new Picture(Overlay.RenderMap(map, Scale(item)), Png),
        _ => null,
    };

    /// <summary>Whoever asks first makes it, those who ask meanwhile wait for that.</summary>
    private Lazy<Picture?> KeptOf((string, long, PictureKind, int) key, Func<Picture?> make)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out var kept)) return kept;
            if (_order.Count == MostKept) _kept.Remove(_order.Dequeue());
            _order.Enqueue(key);
            return _kept[key] = new Lazy<Picture?>(make);
        }
    }

    private Picture? MakeFrame(EvidenceItem item, int maxWidth)
    {
        var frame = item.Frame;
        if (maxWidth == 0 && frame.IsEncoded) return new Picture(frame.Data, frame.Format == PixelFormat.Png ? Png : Jpeg);
        if (maxWidth == 0 && frame.HasDeepValues && FrameFile.TryWritePng(frame, out var whole, out _, out _, out _)) return new Picture(whole, Png);
        var format = maxWidth == 0 ? PixelFormat.Png : PixelFormat.Jpeg;
        return Overlay.TryEncodeFrame(Shown(item), maxWidth, format, out var file, out _) ? new Picture(file, format == PixelFormat.Png ? Png : Jpeg) : null;
    }

    private Picture? MakeOverlay(EvidenceItem item, AnomalyMap map, int maxWidth) =>
        Overlay.TryRender(Shown(item), map, Scale(item), item.Record.Regions, maxWidth, PixelFormat.Jpeg, out var file, out _) ? new Picture(file, Jpeg) : null;

    private Frame Shown(EvidenceItem item) => Shown(item.Frame, item.Record.Station, item.Record.ModelVersion);

    /// <summary>The frame with the bits of the model that judged it, or of the one that judges there now.</summary>
    private Frame Shown(Frame frame, string station, string modelVersion)
    {
        if (!frame.HasDeepValues || frame.SignificantBits != 0) return frame;
        if (modelVersion.Length == 0) modelVersion = host.Line.GetStation(station).TryGet(out var status, out _) ? status.Recipe?.ModelVersion ?? "" : "";
        return frame.AssumeBits(models.Find(modelVersion)?.Manifest.Input.SignificantBits ?? 0);
    }

    /// <summary>The colours are stretched from the pixel threshold, which a recipe may set to 0 or below.</summary>
    private static float Scale(EvidenceItem item) => Math.Max(item.PixelThreshold, 1e-6f);
}
