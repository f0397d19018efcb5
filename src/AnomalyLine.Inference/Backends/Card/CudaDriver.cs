using System.Runtime.InteropServices;
using System.Text;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>NVIDIA's driver, asked what cards there are. Call only where <see cref="Library"/> loads; any thread.</summary>
internal static unsafe partial class CudaDriver
{
    /// <summary>The driver's library, which comes with the kernel's module and with no package of CUDA.</summary>
    public const string Library = "libcuda.so.1";

    /// <summary>CUDA_ERROR_NO_DEVICE.</summary>
    private const int NoDevice = 100;

    /// <summary>What the driver says.</summary>
    /// <param name="Fault">Why it gives no cards, in its own words; empty where it does.</param>
    /// <param name="CudaVersion">The newest CUDA that it serves, 1000 x major + 10 x minor.</param>
    /// <param name="Devices">Its cards, in its order.</param>
    public sealed record Answer(string Fault, int CudaVersion, IReadOnlyList<CardDevice> Devices);

    /// <summary>Asks the driver.</summary>
    public static Answer Ask()
    {
        var error = Initialise(0);
        _ = GetVersion(out var version);
        if (error == NoDevice) return new Answer("", version, []);
        if (error != 0) return new Answer(NameOf(error), version, []);
        _ = GetCount(out var count);
        return new Answer("", version, [.. Enumerable.Range(0, count).Select(Describe)]);
    }

    private static CardDevice Describe(int index)
    {
        const int major = 75, minor = 76;
        Span<byte> name = stackalloc byte[256];
        _ = GetDevice(out var device, index);
        fixed (byte* start = name) _ = GetName(start, name.Length, device);
        _ = GetMemory(out var bytes, device);
        _ = GetAttribute(out var one, major, device);
        _ = GetAttribute(out var other, minor, device);
        Span<byte> bus = stackalloc byte[32];
        fixed (byte* start = bus) _ = GetBusId(start, bus.Length, device);
        return new CardDevice(index, Text(name), (long)bytes, FormattableString.Invariant($"{one}.{other}"), Text(bus));

        static string Text(ReadOnlySpan<byte> characters) => Encoding.UTF8.GetString(characters[..characters.IndexOf((byte)0)]);
    }

    private static string NameOf(int error) =>
        GetErrorName(error, out var name) == 0 && Marshal.PtrToStringUTF8(name) is { } text ? text : FormattableString.Invariant($"error {error}");

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Initialise(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int GetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    private static partial int GetCount(out int count);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int index);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static partial int GetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int GetMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static partial int GetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetPCIBusId")]
    private static partial int GetBusId(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuGetErrorName")]
    private static partial int GetErrorName(int error, out nint name);
}
