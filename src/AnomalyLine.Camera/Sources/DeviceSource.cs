using AnomalyLine.Camera.Configuration;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Camera.Sources;

/// <summary>A device of Video4Linux.</summary>
internal sealed class DeviceSource : IFrameSource
{
    private readonly VideoDevice _device;
    private readonly TimeProvider _time;

    /// <summary>Opens it.</summary>
    /// <exception cref="SourceException">It does not open.</exception>
    public DeviceSource(CameraSettings camera, TimeProvider time)
    {
        if (!VideoDevice.TryOpen(camera.Source.Value, out var device, out var error)) throw new SourceException(error);
        (_device, _time) = (device, time);
    }

    /// <inheritdoc/>
    public SourceFrame? Read(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return null;
        if (!_device.TryRead(_time, out var frame, out var error)) throw new SourceException(error);
        return new SourceFrame("", frame, null, frame.CaptureTime);
    }

    /// <inheritdoc/>
    public string? Trigger() => "has no software trigger";

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();
}
