using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Tensors;
using TorchSharp;

namespace AnomalyLine.Inference.Backends.Torch;

/// <summary>
/// The native library behind everything with a tensor, and the settings it needs to be fast (docs/adr/0005-native-engine-settings.md).
/// </summary>
public static partial class TorchEngine
{
    /// <summary>
    /// One arena that keeps its memory: with more, each forward pass on another than the main thread gives its activations back to the system
    /// and faults them in again. Threads that wait sleep instead of spinning on cores that others need. Vectors are as wide as the processor has them, where .NET by itself stays at
    /// 256 bits (docs/adr/0031-vectors-of-512-bits.md).
    /// </summary>
    private static readonly (string Name, string Value)[] Settings =
    [
        ("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", "2147483647"), ("OMP_WAIT_POLICY", "PASSIVE"),
        ("DOTNET_MaxVectorTBitWidth", "512"),
    ];

    private static readonly Lock Gate = new();
    private static bool _isReady;
    private static bool _usesTensorFloat32;
    private static int _threads;
    private static int _zeroing;

    /// <summary>Version of TorchSharp.</summary>
    public static string Version => typeof(torch).Assembly.GetName().Version?.ToString() ?? "unknown";

    /// <summary>
    /// Threads that one pass of a network uses, its caller's included: as many as there are cores unless set, 1..1024. For the whole process; threads that have used the engine before
    /// keep what they had.
    /// </summary>
    /// <exception cref="EngineException">The native library does not load; when it is read, or when a number is set after the library was loaded.</exception>
    public static int Threads
    {
        get
        {
            EnsureReady();
            return torch.get_num_threads();
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1024);
            lock (Gate)
            {
                _threads = value;
                if (_isReady) ApplySettings();
            }
        }
    }

    /// <summary>The settings that are in force, for people.</summary>
    /// <exception cref="EngineException">The native library does not load.</exception>
    public static string SettingsText => FormattableString.Invariant(
        $"TorchSharp {Version}, {Threads} threads for each pass, TF32 {(TensorFloat32 ? "on" : "off")}, {string.Join(", ", Settings.Select(s => $"{s.Name}={Environment.GetEnvironmentVariable(s.Name) ?? "not set"}"))}");

    /// <summary>Tensors that are alive in this process; flat over time where none leaks, however many models come and go. Any thread.</summary>
    public static long LiveTensors => _isReady ? torch.Tensor.TotalCount - Parameters.Made : 0;

    /// <summary>Whether this processor multiplies bfloat16 itself (AVX-512 BF16: function 7, leaf 1, EAX bit 5).</summary>
    public static bool ComputesInBfloat16 => X86Base.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>
    /// Whether CUDA may round float32 factors of convolutions and products to TF32, 10 bits instead of 23, which cards since Ampere multiply several times as fast. False unless set:
    /// libtorch by itself would round those of convolutions. Without effect on the processor. For the whole process; set it before a model is loaded.
    /// </summary>
    public static bool TensorFloat32
    {
        get => _usesTensorFloat32;
        set
        {
            lock (Gate)
            {
                _usesTensorFloat32 = value;
                if (_isReady) ApplySettings();
            }
        }
    }

    /// <summary>Loads the native library, or says why it cannot be loaded and what to do. Cheap after the first time; any thread.</summary>
    /// <exception cref="EngineException">The native library does not load.</exception>
    public static void EnsureReady()
    {
        if (Volatile.Read(ref _isReady)) return;
        lock (Gate)
        {
            if (_isReady) return;
            NativeLibraryCheck.Run();
            torch.InitializeDeviceType(DeviceType.CPU);
            LeaveNnpackOutWhereItCannotRun();
            ApplySettings();
            _isReady = true;
        }
    }

    /// <summary>Whether a device multiplies bfloat16. Cards before Ampere do it slowly, which the trial of speed finds.</summary>
    internal static bool ComputesInBfloat16On(torch.Device device) => device.type == DeviceType.CUDA || ComputesInBfloat16;

    /// <summary>Whether the engine failed because memory ran out, on the processor or on a card.</summary>
    internal static bool IsOutOfMemory(ExternalException e) =>
        e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("can't allocate memory", StringComparison.Ordinal);

    /// <summary>The device by its option: "cpu", "cuda", or "auto" for cuda where there is one.</summary>
    internal static torch.Device ResolveDevice(string name)
    {
        EnsureReady();
        return name switch
        {
            "cpu" => torch.CPU,
            "cuda" when torch.cuda_is_available() => torch.CUDA,
            "cuda" => throw new EngineException("Device cuda was asked for, but this build finds no CUDA device; build with -p:TorchBackend=cuda on a machine with one, or use --device cpu."),
            "auto" => torch.cuda_is_available() ? torch.CUDA : torch.CPU,
            _ => throw new EngineException($"Device '{name}' is unknown; use auto, cpu or cuda."),
        };
    }

    /// <summary>
    /// Starts the process over, once, with the settings that libtorch and the C library read only when they start; call it first in Main.
    /// The process keeps its id, arguments and terminal. Does nothing where MALLOC_ARENA_MAX is set, so a setting of your own wins.
    /// </summary>
    public static void RestartWithSettings()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null) return;
        foreach (var (name, value) in Settings) _ = SetEnvironment(name, value, overwrite: 0);
        var arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];

        // Returns only where the system refuses; the process then goes on, slower, with the defaults.
        _ = Execute(Environment.ProcessPath ?? "/proc/self/exe", [.. arguments, null]);
    }

    /// <summary>
    /// Until the result is disposed, native memory reads as zero when it is allocated, in the whole process: for trainings, in which oneDNN 3.7 multiplies channels that it never wrote by
    /// zero, which is NaN wherever that memory holds one (docs/adr/0045-zeroed-memory-in-trainings.md). Any thread; they may overlap.
    /// </summary>
    internal static IDisposable ZeroNewMemory() => new ZeroedMemory();

    /// <summary>
    /// libtorch asks NNPACK at each small convolution whether it can run on this processor, and writes a line to the standard error where it cannot. Asked once, with the level of its log
    /// above warnings, and told that it is not wanted there, it computes as before. Where it can run, nothing changes.
    /// </summary>
    private static void LeaveNnpackOutWhereItCannotRun()
    {
        const int error = 2;
        var level = NativeLibrary.GetExport(NativeLibrary.Load("c10", typeof(TorchEngine).Assembly, null), "FLAGS_caffe2_log_level");
        var before = Marshal.ReadInt32(level);
        Marshal.WriteInt32(level, Math.Max(before, error));
        if (!NnpackIsAvailable()) EnableNnpack(GlobalContext(), false);
        Marshal.WriteInt32(level, before);
    }

    private static void ApplySettings()
    {
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = _usesTensorFloat32;
        if (_threads > 0) torch.set_num_threads(_threads);
    }

    private sealed class ZeroedMemory : IDisposable
    {
        /// <summary>mallopt's M_PERTURB: new memory is filled with the complement of a byte, freed memory with the byte; 0 is off.</summary>
        private const int Perturb = -6;

        private bool _isOver;

        public ZeroedMemory() => Count(1);

        public void Dispose()
        {
            if (!_isOver) Count(-1);
            _isOver = true;
        }

        private static void Count(int change)
        {
            lock (Gate) _ = SetAllocator(Perturb, (_zeroing += change) > 0 ? 0xFF : 0);
        }
    }

    /// <summary>at::_nnpack_available(), which TorchSharp has no call for, as those that follow.</summary>
    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at6native17_nnpack_availableEv")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool NnpackIsAvailable();

    /// <summary>at::globalContext().</summary>
    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    /// <summary>at::Context::setUserEnabledNNPACK(bool).</summary>
    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void EnableNnpack(nint context, [MarshalAs(UnmanagedType.U1)] bool enable);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
