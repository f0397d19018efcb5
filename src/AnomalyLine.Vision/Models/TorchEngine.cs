using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AnomalyLine.Vision.Models;

/// <summary>
/// The native library behind everything with a tensor, set up once before its first call: memory is kept instead of being given back after
/// each layer, and idle threads sleep instead of spinning (docs/adr/0005-native-engine-settings.md). Variables that are already set win.
/// </summary>
public static partial class TorchEngine
{
    private const int MMmapMax = -4;
    private const int MTrimThreshold = -1;
    private const int MArenaMax = -8;
    private static readonly Lock Gate = new();
    private static bool _isReady;

    /// <summary>Version of TorchSharp.</summary>
    public static string Version => typeof(torch).Assembly.GetName().Version?.ToString() ?? "unknown";

    /// <summary>Threads that one call into the engine uses.</summary>
    /// <exception cref="TorchEngineException">The native library does not load.</exception>
    public static int Threads
    {
        get
        {
            EnsureReady();
            return torch.get_num_threads();
        }

        set
        {
            EnsureReady();
            torch.set_num_threads(value);
        }
    }

    /// <summary>Tensors that are alive in this process; flat over time where none leaks. Any thread.</summary>
    public static long LiveTensors => _isReady ? torch.Tensor.TotalCount : 0;

    /// <summary>Loads the native library, or says why it cannot be loaded and what to do. Cheap after the first time; any thread.</summary>
    /// <exception cref="TorchEngineException">The native library does not load.</exception>
    public static void EnsureReady()
    {
        if (Volatile.Read(ref _isReady)) return;
        lock (Gate)
        {
            if (_isReady) return;
            NativeLibraryCheck.Run();
            torch.InitializeDeviceType(DeviceType.CPU);
            _isReady = true;
        }
    }

    /// <summary>The device by its option: "cpu", "cuda", or "auto" for cuda where there is one.</summary>
    internal static torch.Device ResolveDevice(string name)
    {
        EnsureReady();
        return name switch
        {
            "cpu" => torch.CPU,
            "cuda" when torch.cuda_is_available() => torch.CUDA,
            "cuda" => throw new TorchEngineException("Device cuda was asked for, but this build finds no CUDA device; build with -p:TorchBackend=cuda on a machine with one, or use --device cpu."),
            "auto" => torch.cuda_is_available() ? torch.CUDA : torch.CPU,
            _ => throw new TorchEngineException($"Device '{name}' is unknown; use auto, cpu or cuda."),
        };
    }

    /// <summary>Runs before any code of this assembly, so that libc has the settings before libtorch and its OpenMP read them.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "libtorch reads these once, at its first call, whoever makes it.")]
    internal static void SetUpProcess()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
        if (Environment.GetEnvironmentVariable("MALLOC_MMAP_MAX_") is not null) return;
        _ = SetAllocator(MMmapMax, 0);
        _ = SetAllocator(MTrimThreshold, int.MaxValue);

        // Without this only the main thread's memory is kept: the other arenas give each empty heap of 64 MB back to the system.
        _ = SetAllocator(MArenaMax, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);
}
