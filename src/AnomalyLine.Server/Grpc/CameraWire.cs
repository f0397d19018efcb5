using AnomalyLine.Imaging;
using AnomalyLine.Server.Cameras;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>A camera's status between the contract and the server's own words.</summary>
internal static class CameraWire
{
    /// <summary>Most characters of what is wrong with a camera.</summary>
    public const int MostFault = 512;

    private const int MostName = 64, MostSource = 256;

    /// <summary>Reads one.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">Something of it is missing or too long.</exception>
    public static CameraReport Read(Wire.CameraStatus? status, DateTimeOffset now)
    {
        if (status is null) throw LineErrors.InvalidArgument("status", "is missing; a stream begins with the camera's status.");
        return new CameraReport
        {
            Time = now,
            Name = Name(status.Name, "status.name"),
            Station = Name(status.Station, "status.station"),
            Source = Clip(status.Source, MostSource),
            Trigger = EnumWire.FromWire<CameraTrigger, Wire.CameraTrigger>(status.Trigger, "status.trigger"),
            Fault = Clip(status.Fault, MostFault),
            Frames = RequestReader.ToLong(status.Frames),
            Incomplete = RequestReader.ToLong(status.Incomplete),
            Lost = RequestReader.ToLong(status.Lost),
            Dropped = RequestReader.ToLong(status.Dropped),
            Reopened = RequestReader.ToLong(status.Reopened),
            Reconnections = RequestReader.ToLong(status.Reconnections),
            Waiting = status.Waiting,
            Shared = RequestReader.ToLong(status.Shared),
            PacketBytes = status.PacketBytes,
            Temperature = status.HasTemperatureCelsius && double.IsFinite(status.TemperatureCelsius) ? status.TemperatureCelsius : null,
            LastFrame = status.SinceLastFrame is { Seconds: >= 0 and < 100L * 365 * 86_400, Nanos: >= 0 and < 1_000_000_000 } age ? now - age.ToTimeSpan() : null,
        };
    }

    /// <summary>As much of a text as is kept, with its control characters written out.</summary>
    public static string Clip(string text, int most)
    {
        var shown = ControlCharacters.Escape(text.Length <= most ? text : text[..most]);
        return shown.Length <= most ? shown : shown[..most];
    }

    public static Wire.AttachedCamera ToWire(this AttachedCamera camera, DateTimeOffset now)
    {
        var report = camera.Report;
        var status = new Wire.CameraStatus
        {
            Name = report.Name,
            Station = report.Station,
            Source = report.Source,
            Trigger = report.Trigger.ToWire(),
            Fault = report.Fault,
            Frames = (ulong)report.Frames,
            Incomplete = (ulong)report.Incomplete,
            Lost = (ulong)report.Lost,
            Dropped = (ulong)report.Dropped,
            Reopened = (ulong)report.Reopened,
            Reconnections = (ulong)report.Reconnections,
            Waiting = (uint)report.Waiting,
            Shared = (ulong)report.Shared,
            PacketBytes = (uint)report.PacketBytes,
            SinceLastFrame = report.LastFrame is { } last ? Duration.FromTimeSpan(TimeSpan.FromTicks(Math.Max(0, (now - last).Ticks))) : null,
        };
        if (report.Temperature is { } temperature) status.TemperatureCelsius = temperature;
        return new Wire.AttachedCamera { Status = status, Attached = camera.IsAttached, AttachedTime = camera.Since.ToTimestamp(), StatusTime = report.Time.ToTimestamp() };
    }

    private static string Name(string text, string field)
    {
        if (text.Length is < 1 or > MostName) throw LineErrors.InvalidArgument(field, $"has {text.Length} characters; send 1..{MostName}.");
        return ControlCharacters.Check(text) is { } wrong ? throw LineErrors.InvalidArgument(field, $"{wrong}; send text alone.") : text;
    }
}
