using System.Globalization;
using AnomalyLine.Camera.Configuration;
using AnomalyLine.Camera.Sources;

namespace AnomalyLine.Camera.GenICam;

/// <summary>Writes a camera's features by name. A camera keeps what an earlier program wrote, so all of it is written at each start.</summary>
/// <param name="camera">The library's camera.</param>
/// <param name="note">Tells people what the camera made of a value.</param>
internal sealed unsafe class GenICamFeatures(nint camera, Action<string> note)
{
    private static readonly string[] s_debounce = ["LineDebouncerTime", "LineDebouncerTimeAbs", "LineFilterWidth"], s_delay = ["TriggerDelay", "TriggerDelayAbs"];
    private const int CheckRanges = 1;
    private readonly nint _device = Aravis.arv_camera_get_device(camera);

    /// <summary>Loads the defaults, then writes features and trigger.</summary>
    /// <exception cref="SourceException">A feature is not there, or does not take its value.</exception>
    public void WriteAll(GenICamSettings settings, double? rate)
    {
        // Without it the library writes values that the camera's own description rules out.
        Aravis.arv_camera_set_range_check_policy(camera, CheckRanges);
        if (settings.LoadDefault && Has("UserSetLoad"))
        {
            if (Has("UserSetSelector")) Write("UserSetSelector", "Default");
            Write("UserSetLoad", true);
        }

        foreach (var (name, value) in settings.Features) Write(name, value);
        WriteTrigger(settings.Trigger);
        Aravis.arv_camera_set_acquisition_mode(camera, 0, out var error);
        AravisCall.Check(error, "AcquisitionMode");
        if (settings.HeartbeatMilliseconds is { } heartbeat) Write("GevHeartbeatTimeout", (long)heartbeat);
        if (rate is not { } wanted || settings.Trigger.Mode != TriggerMode.FreeRun) return;
        if (Aravis.arv_camera_is_frame_rate_available(camera, out error) == 0) throw new SourceException("the camera has no frame rate to set; leave rate out.");
        Aravis.arv_camera_set_frame_rate(camera, wanted, out error);
        AravisCall.Check(error, "the frame rate");
    }

    /// <summary>Whether the camera has a feature now.</summary>
    public bool Has(string name)
    {
        var has = Aravis.arv_camera_is_feature_available(camera, name, out var error) != 0;
        return AravisCall.Take(error) is null && has;
    }

    /// <summary>A number, or null where it cannot be read.</summary>
    public double? ReadNumber(string name)
    {
        var value = Aravis.arv_device_get_float_feature_value(_device, name, out var error);
        return AravisCall.Take(error) is null ? value : null;
    }

    /// <summary>Writes one; true executes a command.</summary>
    /// <exception cref="SourceException">It is not there, or does not take the value.</exception>
    public void Write(string name, object value)
    {
        var node = Aravis.arv_device_get_feature(_device, name);
        if (node == 0) throw new SourceException($"{name}: the camera has no such feature; see the manual of its model.");
        Aravis.Error* error;
        switch (value)
        {
            case string text:
                Aravis.arv_device_set_string_feature_value(_device, name, text, out error);
                break;
            case true when Is(node, Aravis.arv_gc_command_get_type()):
                Aravis.arv_device_execute_command(_device, name, out error);
                break;
            case bool isOn when Is(node, Aravis.arv_gc_boolean_get_type()):
                Aravis.arv_device_set_boolean_feature_value(_device, name, isOn ? 1 : 0, out error);
                break;
            case bool:
                throw new SourceException($"{name}: is no switch and no command; write its value as a text or a number.");
            default:
                if (Is(node, Aravis.arv_gc_float_get_type())) Aravis.arv_device_set_float_feature_value(_device, name, Convert.ToDouble(value, CultureInfo.InvariantCulture), out error);
                else if (Is(node, Aravis.arv_gc_integer_get_type()) && !Is(node, Aravis.arv_gc_enumeration_get_type()) && value is long whole) Aravis.arv_device_set_integer_feature_value(_device, name, whole, out error);
                else throw new SourceException($"{name}: does not take the number {Convert.ToString(value, CultureInfo.InvariantCulture)}; write a whole number, or the word of a choice as a text.");
                break;
        }

        AravisCall.Check(error, $"{name}: the camera does not take {Convert.ToString(value, CultureInfo.InvariantCulture)}");
        NoteWhatItBecame(node, name, value);
    }

    private void NoteWhatItBecame(nint node, string name, object value)
    {
        if (value is not (long or double)) return;
        var read = AravisCall.Text(Aravis.arv_gc_feature_node_get_value_as_string(node, out var error));
        var wanted = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (AravisCall.Take(error) is null && double.TryParse(read, CultureInfo.InvariantCulture, out var became) && Math.Abs(became - wanted) > 1e-3 * Math.Max(1, Math.Abs(wanted)))
            note($"{name} became {read}, not {Convert.ToString(value, CultureInfo.InvariantCulture)}.");
    }

    private void WriteTrigger(TriggerSettings trigger)
    {
        Aravis.arv_camera_clear_triggers(camera, out var error);
        AravisCall.Check(error, "TriggerMode");
        if (trigger.Mode == TriggerMode.FreeRun) return;
        if (Has("TriggerSelector")) Write("TriggerSelector", trigger.Selector);
        if (trigger.Mode == TriggerMode.Software)
        {
            Write("TriggerSource", "Software");
        }
        else
        {
            Write("TriggerSource", trigger.Source);
            Write("TriggerActivation", trigger.Activation);
            if (trigger.DebounceMicroseconds is { } debounce)
            {
                if (Has("LineSelector")) Write("LineSelector", trigger.Source);
                WriteFirst(s_debounce, debounce, "trigger.debounceUs");
            }
        }

        if (trigger.DelayMicroseconds is { } delay) WriteFirst(s_delay, delay, "trigger.delayUs");
        Write("TriggerMode", "On");
    }

    private void WriteFirst(string[] names, double value, string field)
    {
        var name = Array.Find(names, Has) ?? throw new SourceException($"{field}: the camera has none of the features {string.Join(", ", names)}; leave it out, and set what the camera has by features.");
        var isFloat = Is(Aravis.arv_device_get_feature(_device, name), Aravis.arv_gc_float_get_type());
        Write(name, isFloat ? value : (long)Math.Round(value));
    }

    private static bool Is(nint node, nuint type) => Aravis.g_type_check_instance_is_a(node, type) != 0;
}
