namespace AnomalyLine.Server.Console;

/// <summary>The frame of a station that places are drawn on.</summary>
/// <param name="Aspect">Its width by its height.</param>
/// <param name="Picture">Address of the newest one, where it is in memory; null where none is.</param>
internal sealed record MappedFrame(double Aspect, string? Picture)
{
    /// <summary>A station's newest frame that could be read; a square without a picture if no frame is kept.</summary>
    public static MappedFrame Of(Line line, string station)
    {
        var newest = line.Log.ReadBack(station, long.MaxValue, 20).FirstOrDefault(record => record is { FrameWidth: > 0, FrameHeight: > 0 });
        return newest is null ? new MappedFrame(1, null)
            : new MappedFrame((double)newest.FrameWidth / newest.FrameHeight, line.Evidence.TryGet(station, newest.Sequence) is null ? null : PageLink.ToSmallPicture(newest, "frame"));
    }
}
