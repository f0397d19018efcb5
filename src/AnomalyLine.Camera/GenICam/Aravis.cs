using System.Runtime.InteropServices;

namespace AnomalyLine.Camera.GenICam;

/// <summary>The functions of libaravis 0.8 and GObject that are called here, as their headers declare them.</summary>
internal static unsafe partial class Aravis
{
    /// <summary>File of the library: Debian's package libaravis-0.8-0.</summary>
    public const string Library = "libaravis-0.8.so.0";

    /// <summary>Name of Debian's package.</summary>
    public const string Package = "libaravis-0.8-0";

    private const string GObject = "libgobject-2.0.so.0", GLib = "libglib-2.0.so.0";

    /// <summary>GError.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Error
    {
        public uint Domain;
        public int Code;
        public nint Message;
    }

    [LibraryImport(Library)]
    public static partial void arv_update_device_list();

    [LibraryImport(Library)]
    public static partial uint arv_get_n_devices();

    [LibraryImport(Library)]
    public static partial nint arv_get_device_id(uint index);

    [LibraryImport(Library)]
    public static partial nint arv_get_device_serial_nbr(uint index);

    [LibraryImport(Library)]
    public static partial nint arv_get_device_model(uint index);

    [LibraryImport(Library)]
    public static partial nint arv_get_device_vendor(uint index);

    [LibraryImport(Library)]
    public static partial nint arv_get_device_address(uint index);

    [LibraryImport(Library)]
    public static partial nint arv_get_device_protocol(uint index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint arv_camera_new(string name, out Error* error);

    [LibraryImport(Library)]
    public static partial nint arv_camera_get_device(nint camera);

    [LibraryImport(Library)]
    public static partial int arv_camera_is_gv_device(nint camera);

    [LibraryImport(Library)]
    public static partial int arv_gv_device_is_controller(nint device);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int arv_camera_is_feature_available(nint camera, string feature, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint arv_device_get_feature(nint device, string feature);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void arv_device_set_string_feature_value(nint device, string feature, string value, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void arv_device_set_integer_feature_value(nint device, string feature, long value, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void arv_device_set_float_feature_value(nint device, string feature, double value, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial double arv_device_get_float_feature_value(nint device, string feature, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void arv_device_set_boolean_feature_value(nint device, string feature, int value, out Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void arv_device_execute_command(nint device, string feature, out Error* error);

    [LibraryImport(Library)]
    public static partial nint arv_gc_feature_node_get_value_as_string(nint node, out Error* error);

    [LibraryImport(Library)]
    public static partial nuint arv_gc_integer_get_type();

    [LibraryImport(Library)]
    public static partial nuint arv_gc_float_get_type();

    [LibraryImport(Library)]
    public static partial nuint arv_gc_boolean_get_type();

    [LibraryImport(Library)]
    public static partial nuint arv_gc_command_get_type();

    [LibraryImport(Library)]
    public static partial nuint arv_gc_enumeration_get_type();

    [LibraryImport(Library)]
    public static partial void arv_camera_set_range_check_policy(nint camera, int policy);

    [LibraryImport(Library)]
    public static partial void arv_camera_clear_triggers(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_software_trigger(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_set_acquisition_mode(nint camera, int mode, out Error* error);

    [LibraryImport(Library)]
    public static partial int arv_camera_is_frame_rate_available(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_set_frame_rate(nint camera, double rate, out Error* error);

    [LibraryImport(Library)]
    public static partial uint arv_camera_gv_auto_packet_size(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_gv_set_packet_size(nint camera, int bytes, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_gv_set_packet_delay(nint camera, long nanoseconds, out Error* error);

    [LibraryImport(Library)]
    public static partial uint arv_camera_get_payload(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial nint arv_camera_create_stream(nint camera, nint callback, nint data, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_start_acquisition(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial void arv_camera_stop_acquisition(nint camera, out Error* error);

    [LibraryImport(Library)]
    public static partial nint arv_buffer_new(nuint bytes, void* memory);

    [LibraryImport(Library)]
    public static partial int arv_buffer_get_status(nint buffer);

    [LibraryImport(Library)]
    public static partial int arv_buffer_get_payload_type(nint buffer);

    [LibraryImport(Library)]
    public static partial ulong arv_buffer_get_frame_id(nint buffer);

    [LibraryImport(Library)]
    public static partial ulong arv_buffer_get_timestamp(nint buffer);

    [LibraryImport(Library)]
    public static partial ulong arv_buffer_get_system_timestamp(nint buffer);

    [LibraryImport(Library)]
    public static partial nint arv_buffer_get_image_data(nint buffer, out nuint bytes);

    [LibraryImport(Library)]
    public static partial uint arv_buffer_get_image_pixel_format(nint buffer);

    [LibraryImport(Library)]
    public static partial int arv_buffer_get_image_width(nint buffer);

    [LibraryImport(Library)]
    public static partial int arv_buffer_get_image_height(nint buffer);

    [LibraryImport(Library)]
    public static partial void arv_buffer_get_image_padding(nint buffer, out int x, out int y);

    [LibraryImport(Library)]
    public static partial void arv_stream_push_buffer(nint stream, nint buffer);

    [LibraryImport(Library)]
    public static partial nint arv_stream_timeout_pop_buffer(nint stream, ulong microseconds);

    [LibraryImport(GObject)]
    public static partial void g_object_unref(nint instance);

    [LibraryImport(GObject)]
    public static partial int g_type_check_instance_is_a(nint instance, nuint type);

    [LibraryImport(GObject, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ulong g_signal_connect_data(nint instance, string signal, delegate* unmanaged<nint, nint, void> handler, nint data, nint destroy, int flags);

    [LibraryImport(GObject)]
    public static partial void g_signal_handler_disconnect(nint instance, ulong handler);

    [LibraryImport(GLib)]
    public static partial void g_clear_error(ref Error* error);
}
