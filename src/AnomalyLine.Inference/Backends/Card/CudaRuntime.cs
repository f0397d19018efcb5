using System.Runtime.InteropServices;
using AnomalyLine.Detection;

namespace AnomalyLine.Inference.Backends.Card;

/// <summary>CUDA's own memory and copies, as far as a judging session needs them. Call only where <see cref="CardProbe"/> found the library.</summary>
internal static partial class CudaRuntime
{
    private const string Library = "libcudart.so.13";

    /// <summary>cudaMemcpyKind.</summary>
    public const int HostToDevice = 1, DeviceToHost = 2;

    /// <summary>Says what a call's error means.</summary>
    /// <exception cref="EngineException">The call failed.</exception>
    public static void Check(int error)
    {
        if (error == 0) return;
        var text = Marshal.PtrToStringUTF8(GetErrorString(error)) ?? "";
        throw new EngineException(CardProbe.Explain(FormattableString.Invariant($"CUDA failure {error}: {text}")));
    }

    [LibraryImport(Library, EntryPoint = "cudaSetDevice")]
    public static partial int SetDevice(int device);

    [LibraryImport(Library, EntryPoint = "cudaMalloc")]
    public static partial int Allocate(out nint memory, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFree")]
    public static partial int Free(nint memory);

    [LibraryImport(Library, EntryPoint = "cudaHostAlloc")]
    public static partial int AllocateHost(out nint memory, nuint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "cudaFreeHost")]
    public static partial int FreeHost(nint memory);

    [LibraryImport(Library, EntryPoint = "cudaMemcpy")]
    public static partial int Copy(nint to, nint from, nuint bytes, int kind);

    [LibraryImport(Library, EntryPoint = "cudaGetErrorString")]
    private static partial nint GetErrorString(int error);
}
