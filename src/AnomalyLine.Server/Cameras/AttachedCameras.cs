using AnomalyLine.Inspection;

namespace AnomalyLine.Server.Cameras;

/// <summary>The cameras of camera programs: those that are attached, and those that were until their program went away. Any thread.</summary>
internal sealed class AttachedCameras(TimeProvider time)
{
    /// <summary>Cameras that are kept in mind, gone ones included; the one that is gone for longest makes room.</summary>
    public const int Most = 1024;

    private readonly Lock _gate = new();
    private readonly List<AttachedCamera> _cameras = [];

    /// <summary>All, in order of station and name.</summary>
    public IReadOnlyList<AttachedCamera> All
    {
        get
        {
            lock (_gate) return [.. _cameras.OrderBy(camera => camera.Report.Station, StringComparer.Ordinal).ThenBy(camera => camera.Report.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>A program has sent a camera's first status. A camera of the same station and name that is gone is this one.</summary>
    /// <returns>The camera; null where there are too many.</returns>
    public AttachedCamera? Attach(CameraReport report)
    {
        lock (_gate)
        {
            _cameras.RemoveAll(other => !other.IsAttached && other.Report.Station == report.Station && other.Report.Name == report.Name);
            if (_cameras.Count >= Most)
            {
                if (_cameras.Where(other => !other.IsAttached).MinBy(other => other.Report.Time) is not { } oldest) return null;
                _cameras.Remove(oldest);
            }

            var camera = new AttachedCamera(report, time);
            _cameras.Add(camera);
            return camera;
        }
    }

    /// <summary>Has a station's camera take a frame.</summary>
    /// <param name="station">Name of a station of the line.</param>
    /// <param name="name">The camera's; empty for the only one that is set to a software trigger.</param>
    /// <param name="cancel">Ends the waiting for its answer.</param>
    /// <returns>The camera, once it has taken the trigger.</returns>
    public async Task<Outcome<AttachedCamera>> TriggerAsync(string station, string name, CancellationToken cancel)
    {
        var found = All.Where(camera => camera.IsAttached && camera.Report.Station == station && (name.Length == 0 || camera.Report.Name == name)).ToList();
        if (found.Count == 0)
        {
            return new LineError(
                LineErrorCode.CameraNotAttached,
                $"No camera{(name.Length > 0 ? $" '{name}'" : "")} of station '{station}' is attached: start 'anomalyline camera' for it, or see in its messages why the server does not let it in. Programs that only send frames cannot be triggered.");
        }

        var triggered = found.Where(camera => camera.Report.Trigger == CameraTrigger.Software).ToList();
        if (triggered.Count == 1) return await triggered[0].TriggerAsync(cancel);
        var names = string.Join(", ", (triggered.Count == 0 ? found : triggered).Select(camera => $"'{camera.Report.Name}'"));
        return new LineError(LineErrorCode.TriggerRefused, triggered.Count == 0
            ? $"Station '{station}' has no camera with a software trigger ({names} {(found.Count == 1 ? "has" : "have")} another one): set the trigger's mode to software in cameras.json, or give --software-trigger."
            : $"Station '{station}' has {triggered.Count} cameras with a software trigger ({names}): name one of them; where they are called the same, give each its own name.");
    }
}
