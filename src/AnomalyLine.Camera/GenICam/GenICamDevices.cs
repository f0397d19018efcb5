using AnomalyLine.Camera.Sources;

namespace AnomalyLine.Camera.GenICam;

/// <summary>The cameras that answer on this machine's networks and USB ports.</summary>
internal static unsafe class GenICamDevices
{
    /// <summary>The library's list is one for the process.</summary>
    private static readonly Lock s_gate = new();

    /// <summary>Looks for cameras, for about a second.</summary>
    public static IReadOnlyList<GenICamDevice> List()
    {
        lock (s_gate)
        {
            Aravis.arv_update_device_list();
            return [.. Enumerable.Range(0, (int)Aravis.arv_get_n_devices()).Select(index => At((uint)index))];
        }
    }

    /// <summary>Opens the camera with this serial number, model, address or name.</summary>
    /// <returns>The library's camera; the caller drops its reference.</returns>
    /// <exception cref="SourceException">It does not answer, several have that name, or another program has it.</exception>
    public static nint Open(string name)
    {
        var named = List().Where(device => device.IsCalled(name)).ToList();
        if (named.Count > 1) throw new SourceException($"{named.Count} cameras are called {name} ({string.Join(", ", named.Select(device => device.SerialNumber))}); name one by its serial number.");

        // One that is not in the list may still answer at its address, behind a router.
        var camera = Aravis.arv_camera_new(named is [var only] ? only.Id : name, out var error);
        AravisCall.Check(error, $"the camera {name} does not answer");
        return camera != 0 ? camera : throw new SourceException($"the camera {name} does not answer; check its cable, power and address ('anomalyline camera --list').");
    }

    private static GenICamDevice At(uint index) => new(
        AravisCall.Text(Aravis.arv_get_device_id(index)), AravisCall.Text(Aravis.arv_get_device_vendor(index)), AravisCall.Text(Aravis.arv_get_device_model(index)),
        AravisCall.Text(Aravis.arv_get_device_serial_nbr(index)), AravisCall.Text(Aravis.arv_get_device_address(index)), AravisCall.Text(Aravis.arv_get_device_protocol(index)));
}
