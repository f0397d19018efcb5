using System.Runtime.InteropServices;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sending;
using AnomalyLine.Camera.Sources;
using AnomalyLine.Imaging;

namespace AnomalyLine.Camera.GenICam;

/// <summary>
/// A camera of GigE Vision or USB3 Vision, through libaravis. Its thread receives into buffers that are allocated once; a complete one is copied into memory of earlier frames and goes back at once, so that a server that is
/// away never takes buffers from the camera. Only complete buffers are frames.
/// </summary>
internal sealed unsafe class GenICamSource : IFrameSource
{
    /// <summary>How soon the end of the program, or of the camera, is seen.</summary>
    private const ulong PollMicroseconds = 100_000;

    private static readonly TimeSpan s_temperatureEvery = TimeSpan.FromSeconds(10);

    private readonly CameraSettings _settings;
    private readonly TimeProvider _time;
    private readonly CameraTally _tally;
    private readonly FrameNumbers _numbers = new();
    private readonly CaptureClock _clock;
    private readonly GenICamFeatures _features;

    /// <summary>The library's features are not made for two threads: this one's, and the one that triggers.</summary>
    private readonly Lock _control = new();
    private readonly bool _hasTemperature;
    private readonly nint _camera;
    private nint _stream;
    private void* _memory;
    private readonly GCHandle _self;
    private readonly ulong _handler;
    private volatile bool _isLost;
    private bool _isDisposed;
    private long _lastFrame, _lastTemperature;

    /// <summary>Opens it, sets it as the settings say, and starts it.</summary>
    /// <exception cref="Client.CommandException">The library is not on this machine.</exception>
    /// <exception cref="SourceException">The camera does not answer, another program has it, or it does not take a setting.</exception>
    public GenICamSource(CameraSettings settings, CameraTally tally, CameraLog log, TimeProvider time)
    {
        AravisCall.RequireLibrary();
        (_settings, _tally, _time) = (settings, tally, time);
        _clock = new CaptureClock(settings.GenICam.IsClockSynchronised);
        _camera = GenICamDevices.Open(settings.Source.Value);
        try
        {
            var device = Aravis.arv_camera_get_device(_camera);
            var isGigE = Aravis.arv_camera_is_gv_device(_camera) != 0;
            if (isGigE && Aravis.arv_gv_device_is_controller(device) == 0)
                throw new SourceException($"{settings.Source}: another program controls the camera, or one that ended without a word did until now; end it, or wait for the camera's heartbeat.");
            _self = GCHandle.Alloc(this);
            _handler = Aravis.g_signal_connect_data(device, "control-lost", &OnControlLost, GCHandle.ToIntPtr(_self), 0, 0);
            _features = new GenICamFeatures(_camera, log.Trouble);
            _features.WriteAll(settings.GenICam, settings.Rate);
            if (isGigE) SetPackets(log);
            _hasTemperature = _features.Has("DeviceTemperature");
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceFrame? Read(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var buffer = Aravis.arv_stream_timeout_pop_buffer(_stream, PollMicroseconds);
            if (_isLost) throw new SourceException($"{_settings.Source}: the camera does not answer any more (control lost); check its cable and power.");
            ReadTemperature();
            if (buffer == 0)
            {
                if (_settings.GenICam.Trigger.Mode == TriggerMode.FreeRun && _time.GetElapsedTime(_lastFrame) > _settings.GenICam.SilentAfter)
                    throw new SourceException($"{_settings.Source}: no frame for {_settings.GenICam.SilentAfter.TotalSeconds:0.#} s although the camera runs freely.");
                continue;
            }

            _lastFrame = _time.GetTimestamp();
            var frame = Take(buffer);
            Aravis.arv_stream_push_buffer(_stream, buffer);
            if (frame is not null) return frame;
        }

        return null;
    }

    /// <inheritdoc/>
    public string? Trigger()
    {
        if (_settings.GenICam.Trigger.Mode != TriggerMode.Software) return "is not set to a software trigger";
        lock (_control)
        {
            if (_isDisposed) return "is being opened anew";
            Aravis.arv_camera_software_trigger(_camera, out var error);
            return AravisCall.Take(error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_control)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        if (_stream != 0)
        {
            // A camera that is gone does not answer this, either.
            Aravis.arv_camera_stop_acquisition(_camera, out var error);
            AravisCall.Take(error);
            Aravis.g_object_unref(_stream);
        }

        if (_handler != 0) Aravis.g_signal_handler_disconnect(Aravis.arv_camera_get_device(_camera), _handler);
        Aravis.g_object_unref(_camera);

        // The library's threads are gone with their objects.
        NativeMemory.AlignedFree(_memory);
        if (_self.IsAllocated) _self.Free();
    }

    private void SetPackets(CameraLog log)
    {
        Aravis.Error* error;
        if (_settings.GenICam.PacketSize is { } size)
        {
            Aravis.arv_camera_gv_set_packet_size(_camera, size, out error);
            AravisCall.Check(error, "packetSize");
            _tally.PacketSize = size;
        }
        else
        {
            _tally.PacketSize = (int)Aravis.arv_camera_gv_auto_packet_size(_camera, out error);
            AravisCall.Check(error, "the size of packets");
            if (_tally.PacketSize < 8000)
                log.Trouble($"packets of {_tally.PacketSize} bytes are the largest that get through from the camera; set the network card and every switch between to jumbo frames (MTU 9000), or the processor has six times as many packets to take.");
        }

        if (_settings.GenICam.PacketDelayNanoseconds is not { } delay) return;
        Aravis.arv_camera_gv_set_packet_delay(_camera, delay, out error);
        AravisCall.Check(error, "packetDelayNs");
    }

    private void Start()
    {
        nuint bytes = Aravis.arv_camera_get_payload(_camera, out var error);
        AravisCall.Check(error, "PayloadSize");
        if (bytes == 0 || bytes > Frame.MaxBytes) throw new SourceException($"{_settings.Source}: the camera announces frames of {bytes} bytes; 1 to {Frame.MaxBytes} can be taken. Set its region or format.");
        _stream = Aravis.arv_camera_create_stream(_camera, 0, 0, out error);
        AravisCall.Check(error, "the stream");
        const nuint page = 4096;
        var room = (bytes + page - 1) / page * page;
        _memory = NativeMemory.AlignedAlloc(room * (nuint)_settings.GenICam.Buffers, page);
        for (var i = 0; i < _settings.GenICam.Buffers; i++) Aravis.arv_stream_push_buffer(_stream, Aravis.arv_buffer_new(bytes, (byte*)_memory + (room * (nuint)i)));
        Aravis.arv_camera_start_acquisition(_camera, out error);
        AravisCall.Check(error, "AcquisitionStart");
        _lastFrame = _time.GetTimestamp();
    }

    /// <summary>What a buffer holds; null for one that is no frame.</summary>
    private SourceFrame? Take(nint buffer)
    {
        var status = (BufferStatus)Aravis.arv_buffer_get_status(buffer);
        if (status is BufferStatus.Cleared or BufferStatus.Aborted or BufferStatus.Unknown or BufferStatus.Filling) return null;
        _tally.Lost += _numbers.Next(Aravis.arv_buffer_get_frame_id(buffer));
        var arrival = (long)Aravis.arv_buffer_get_system_timestamp(buffer);
        if (status != BufferStatus.Success) return Incomplete(status.ToString(), _time.GetUtcNow());
        var capture = DateTimeOffset.UnixEpoch.AddTicks(_clock.Capture(Aravis.arv_buffer_get_timestamp(buffer), arrival) / 100);
        return TryCopy(buffer, capture, out var frame, out var error) ? new SourceFrame("", frame, null, capture) : Incomplete(error, capture);
    }

    private SourceFrame Incomplete(string fault, DateTimeOffset capture)
    {
        _tally.CountIncomplete(fault);
        return new SourceFrame("", null, fault, capture);
    }

    private bool TryCopy(nint buffer, DateTimeOffset capture, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Frame? frame, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        frame = null;
        var payload = Aravis.arv_buffer_get_payload_type(buffer);
        if (payload is not (1 or 4 or 5 or 10))
        {
            error = $"payload of type {payload} is no image";
            return false;
        }

        var number = Aravis.arv_buffer_get_image_pixel_format(buffer);
        if (GenICamFormat.Of(number) is not { } format)
        {
            error = GenICamFormat.Unknown(number);
            return false;
        }

        int width = Aravis.arv_buffer_get_image_width(buffer), height = Aravis.arv_buffer_get_image_height(buffer);
        Aravis.arv_buffer_get_image_padding(buffer, out var padding, out _);
        var stride = Frame.RowBytes(format.Format, width) + padding;
        var data = Aravis.arv_buffer_get_image_data(buffer, out var bytes);
        var pixels = PooledArrays.Rent<byte>((int)Math.Min(bytes, (nuint)stride * (nuint)height));
        new ReadOnlySpan<byte>((void*)data, pixels.Length).CopyTo(pixels.Memory.Span);
        var bits = format.SignificantBits != 0 && _settings.SignificantBits != 0 ? _settings.SignificantBits : format.SignificantBits;
        return Frame.TryCreate(format.Format, width, height, stride, pixels, capture, out frame, out error, bits);
    }

    private void ReadTemperature()
    {
        if (!_hasTemperature || (_lastTemperature != 0 && _time.GetElapsedTime(_lastTemperature) < s_temperatureEvery)) return;
        _lastTemperature = _time.GetTimestamp();
        lock (_control) _tally.Temperature = _features.ReadNumber("DeviceTemperature");
    }

    [UnmanagedCallersOnly]
    private static void OnControlLost(nint device, nint self)
    {
        if (GCHandle.FromIntPtr(self).Target is GenICamSource source) source._isLost = true;
    }
}
