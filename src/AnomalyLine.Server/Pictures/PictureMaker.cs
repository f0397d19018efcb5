using AnomalyLine.Server.Hosting;
using AnomalyLine.Vision.Imaging;

namespace AnomalyLine.Server.Pictures;

/// <summary>Makes pictures of recent inspections. Any thread.</summary>
internal sealed class PictureMaker(LineHost host)
{
    /// <summary>A picture; null where the inspection is no longer kept or the model gave no map.</summary>
    public Picture? Make(string station, long sequence, PictureKind kind)
    {
        if (host.Line.Evidence.TryGet(station, sequence) is not { } item) return null;
        return kind switch
        {
            PictureKind.Frame => new Picture(item.Frame.Data, item.Frame.Format == PixelFormat.Png ? "image/png" : "image/jpeg"),
            _ => null,
        };
    }
}
