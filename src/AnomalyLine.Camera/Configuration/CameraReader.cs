namespace AnomalyLine.Camera.Configuration;

/// <summary>One camera of <c>cameras.json</c>.</summary>
internal static class CameraReader
{
    public static CameraSettings Read(JsonFields fields)
    {
        var station = fields.Text("station", 64);
        if (station is null or "") fields.Mistake("station", "is missing; name the station whose frames these are");
        var text = fields.Text("source");
        SourceAddress? source = null;
        if (text is null) fields.Mistake("source", $"is missing; write {SourceAddress.Forms}");
        else if (!SourceAddress.TryParse(text, out source, out var error)) fields.Mistake("source", error);
        var genICam = ReadGenICam(fields, source);
        var settings = new CameraSettings
        {
            Name = fields.Text("name", 64) ?? station ?? "",
            Station = station ?? "",
            Product = fields.Text("product", 64) ?? "",
            Source = source ?? new SourceAddress(SourceKind.Folder, ""),
            Rate = fields.Number("rate", 0.001, 10_000),
            IsTriggered = ReadTrigger(fields, source),
            Loop = fields.Switch("loop") ?? false,
            Raw = fields.Switch("raw") ?? false,
            SignificantBits = (int)(fields.Integer("significantBits", 9, 16) ?? 0),
            Deadline = fields.Integer("deadlineMs", 1, 60_000) is { } deadline ? TimeSpan.FromMilliseconds(deadline) : null,
            Buffer = ReadBuffer(fields),
            GenICam = genICam,
        };
        settings = settings with
        {
            OpenTimeout = fields.Integer("openTimeoutMs", 100, 600_000) is { } open ? TimeSpan.FromMilliseconds(open) : settings.OpenTimeout,
            ReadTimeout = fields.Integer("readTimeoutMs", 100, 600_000) is { } read ? TimeSpan.FromMilliseconds(read) : settings.ReadTimeout,
        };
        fields.End();
        return settings;
    }

    private static bool ReadTrigger(JsonFields camera, SourceAddress? source)
    {
        if (camera.Word("trigger", "freeRun", "software") is not { } mode) return false;
        if (source?.Kind is SourceKind.GenICam) camera.Mistake("trigger", "is for files and pictures; write it as genicam: { trigger: { mode: … } }");
        else if (source?.Kind is SourceKind.Rtsp or SourceKind.V4L2) camera.Mistake("trigger", "is for files and pictures; a stream cannot be triggered");
        return mode is "software";
    }

    private static BufferSettings ReadBuffer(JsonFields camera)
    {
        var settings = new BufferSettings();
        if (camera.Object("buffer") is not { } fields) return settings;
        settings = new BufferSettings
        {
            Frames = (int)(fields.Integer("frames", 1, 100_000) ?? settings.Frames),
            Bytes = fields.Integer("megabytes", 1, 65_536) * (1L << 20) ?? settings.Bytes,
            KeepsNewest = fields.Word("keep", "newest", "oldest") is "newest",
        };
        fields.End();
        return settings;
    }

    private static GenICamSettings ReadGenICam(JsonFields camera, SourceAddress? source)
    {
        var settings = new GenICamSettings();
        if (camera.Object("genicam") is not { } fields) return settings;
        if (source is not null && source.Kind is not SourceKind.GenICam) camera.Mistake("genicam", "is for sources genicam:NAME alone; take it out");
        settings = settings with
        {
            Trigger = ReadGenICamTrigger(fields),
            LoadDefault = fields.Switch("loadDefault") ?? true,
            Buffers = (int)(fields.Integer("buffers", 2, 256) ?? settings.Buffers),
            PacketSize = (int?)fields.Integer("packetSize", 220, 16_384),
            PacketDelayNanoseconds = fields.Integer("packetDelayNs", 0, 1_000_000),
            HeartbeatMilliseconds = (int?)fields.Integer("heartbeatMs", 500, 60_000),
            IsClockSynchronised = fields.Word("clock", "free", "synchronised") is "synchronised",
            SilentAfter = fields.Integer("silentAfterMs", 500, 600_000) is { } silent ? TimeSpan.FromMilliseconds(silent) : settings.SilentAfter,
        };
        if (fields.Object("features") is { } features) settings = settings with { Features = features.Values() };
        fields.End();
        return settings;
    }

    private static TriggerSettings ReadGenICamTrigger(JsonFields camera)
    {
        var settings = new TriggerSettings();
        if (camera.Object("trigger") is not { } fields) return settings;
        var mode = fields.Word("mode", "freeRun", "software", "hardware") switch { "software" => TriggerMode.Software, "hardware" => TriggerMode.Hardware, _ => TriggerMode.FreeRun };
        settings = new TriggerSettings
        {
            Mode = mode,
            Selector = fields.Text("selector", 64) ?? settings.Selector,
            Source = fields.Text("source", 64) ?? settings.Source,
            Activation = fields.Text("activation", 64) ?? settings.Activation,
            DelayMicroseconds = fields.Number("delayUs", 0, 10_000_000),
            DebounceMicroseconds = fields.Number("debounceUs", 0, 1_000_000),
        };
        fields.End();
        return settings;
    }
}
