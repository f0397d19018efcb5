using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>From the contract to the line's own words. Frames are wrapped, not copied.</summary>
internal static class RequestReader
{
    private const int MostFaultLength = 128;

    /// <summary>A frame to judge, or what is wrong with it: that too becomes an inspection.</summary>
    /// <param name="taken">What the camera sent.</param>
    /// <param name="arrival">When it came.</param>
    /// <param name="mostBytes">Most bytes of a frame's pixels, decoded.</param>
    public static InspectionRequest ToInspectionRequest(this FrameRequest taken, DateTimeOffset arrival, int mostBytes)
    {
        var request = taken.Message;
        if (taken.Refusal is { } refusal) return Unreadable(taken, refusal.Text) with { FrameErrorCode = refusal.Reason };
        if (request.Frame is null) return Unreadable(taken, "frame: is missing; send the image.");
        var wire = request.Frame;
        if (wire.TransportFault.Length > 0) return Incomplete(taken, wire.TransportFault);
        if (wire.CaptureTime is { } captured && !IsValid(captured))
            return Unreadable(taken, "frame.capture_time: is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");
        if (request.Deadline is { } deadline && !IsValid(deadline))
            return Unreadable(taken, "deadline: is not a valid duration; send 1 ms..60 s or leave it out.");
        if (wire.PixelFormat.ToPixelFormat() is not { } format)
            return Unreadable(taken, $"frame.pixel_format: Pixel format {(int)wire.PixelFormat} is unknown; send one that the contract names.");
        var capture = wire.CaptureTime?.ToDateTimeOffset() ?? arrival;
        var time = request.Deadline?.ToTimeSpan();
        var pixels = taken.Pixels ?? PooledArrays.Of(wire.Data.ToByteArray());
        return Frame.TryCreate(
            format, ToInt(wire.Width), ToInt(wire.Height), ToInt(wire.StrideBytes), pixels, capture, out var frame, out var error, ToInt(wire.SignificantBits), mostBytes, wire.Number)
            ? new InspectionRequest(request.Station, request.PartId, frame, time) { ProductId = request.ProductId, Arrival = taken.Arrival }
            : Unreadable(taken, $"frame: {error}") with { Deadline = time };
    }

    /// <summary>A revision's number; one beyond what a station can have is found by no one.</summary>
    /// <summary>A kind that is none, and values that are wrong, are what the recipe's own check names.</summary>
    private static AreaShape ToShape(Wire.AreaShape shape) => new((AreaShapeKind)((int)shape.Kind - 1), [.. shape.Points.Select(ToInt)], ToInt(shape.Width));

    public static int ToRevision(uint value) => ToInt(value);

    /// <summary>What to watch.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">A station has two cursors, or a number is out of range.</exception>
    public static WatchRequest ToWatchRequest(this Wire.WatchInspectionsRequest request)
    {
        var cursors = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var cursor in request.Cursors)
        {
            if (!cursors.TryAdd(cursor.Station, ToLong(cursor.AfterSequence)))
                throw LineErrors.InvalidArgument("cursors", $"station \"{cursor.Station}\" is there twice; send one cursor for each station.");
        }

        return new WatchRequest { Stations = [.. request.Stations], Cursors = cursors, Tail = ToInt(request.Tail) };
    }

    /// <summary>A recipe to activate.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">The deadline is not a duration.</exception>
    public static Recipe ToRecipe(this Wire.ActivateRecipeRequest request, float modelThreshold, float pixelThreshold)
    {
        if (request.Deadline is { } deadline && !IsValid(deadline))
            throw LineErrors.InvalidArgument("deadline", "is not a valid duration; send 1 ms..60 s or leave it out.");
        var region = request.RegionOfInterest is { } r ? new RegionOfInterest(ToInt(r.X), ToInt(r.Y), ToInt(r.Width), ToInt(r.Height)) : null;
        var shapes = request.LeftOut.Select(ToShape).ToArray();
        return new Recipe(
            request.Station, 0, request.ModelVersion, request.HasThreshold ? request.Threshold : modelThreshold, pixelThreshold, region is null && shapes.Length == 0 ? null : new InspectionArea(region, shapes),
            request.Deadline?.ToTimeSpan() ?? TimeSpan.FromSeconds(1))
        {
            ProductId = request.ProductId,
            Sensitivity = request.HasSensitivity ? request.Sensitivity : 0,
            SensitivityLimit = request.HasSensitivityLimit ? request.SensitivityLimit : Recipe.DefaultSensitivityLimit,
        };
    }

    /// <summary>A sequence number; one beyond what a log can hold is found by no one.</summary>
    public static long ToLong(ulong value) => (long)Math.Min(value, long.MaxValue);

    /// <summary>How many to give of a list; the default where nothing is asked for.</summary>
    public static int ToPageSize(uint asked, int most, int usual) => asked == 0 ? usual
        : asked <= most ? (int)asked : throw LineErrors.InvalidArgument("page_size", $"is {asked}; send at most {most}.");

    // Beyond the range of int is beyond every limit too: the check behind reports it.
    public static int ToInt(uint value) => (int)Math.Min(value, int.MaxValue);

    /// <summary>A frame of which its camera says that parts are missing: what did arrive is not looked at.</summary>
    private static InspectionRequest Incomplete(FrameRequest taken, string fault)
    {
        taken.Pixels?.Recycle();
        var said = ControlCharacters.Escape(fault);
        return Unreadable(taken, $"frame.transport_fault: The frame did not arrive whole from the camera ({(said.Length <= MostFaultLength ? said : said[..MostFaultLength])}); check its cable, packet size and network.");
    }

    private static InspectionRequest Unreadable(FrameRequest taken, string error) =>
        new(taken.Message.Station, taken.Message.PartId, error) { ProductId = taken.Message.ProductId, Arrival = taken.Arrival };

    public static bool IsValid(Timestamp time) =>
        time.Seconds is >= -62135596800 and <= 253402300799 && time.Nanos is >= 0 and < 1_000_000_000;

    public static bool IsValid(Duration duration) =>
        duration.Seconds is >= -315_576_000_000 and <= 315_576_000_000 && Math.Abs((long)duration.Nanos) < 1_000_000_000
        && (duration.Seconds == 0 || duration.Nanos == 0 || Math.Sign(duration.Seconds) == Math.Sign(duration.Nanos));
}
