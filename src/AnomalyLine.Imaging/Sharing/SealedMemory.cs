using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Imaging.Sharing;

/// <summary>Memory without a name in any folder (memfd) whose size nobody can change any more.</summary>
internal static class SealedMemory
{
    private const uint CloseOnExecute = 1, AllowSealing = 2;
    private const int AddSeals = 1033, GetSeals = 1034;
    private const int SealSeal = 1, SealShrink = 2, SealGrow = 4;

    /// <summary>Makes it; pages that nobody wrote to take no memory.</summary>
    /// <param name="bytes">Its size, at least 1.</param>
    /// <exception cref="Win32Exception">The system does not give it.</exception>
    /// <exception cref="IOException">The system has no room for it.</exception>
    public static SafeFileHandle Create(long bytes)
    {
        var memory = new SafeFileHandle(CreateMemory("anomalyline-frames", CloseOnExecute | AllowSealing), ownsHandle: true);
        try
        {
            if (memory.IsInvalid) throw new Win32Exception(Marshal.GetLastPInvokeError(), "Memory for frames cannot be made.");
            RandomAccess.SetLength(memory, bytes);
            return Control(memory, AddSeals, SealSeal | SealShrink | SealGrow) == 0 ? memory : throw new Win32Exception(Marshal.GetLastPInvokeError(), "Memory for frames cannot be sealed.");
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a descriptor that somebody else handed over; null where it is memory of a fixed size. Anything else, such as a pipe or a file of a network, could be read slowly or never.</summary>
    public static string? Check(SafeFileHandle memory)
    {
        // Only memory has seals.
        var seals = Control(memory, GetSeals, 0);
        if (seals < 0) return "is no memory of memfd_create";
        return (seals & (SealShrink | SealGrow)) == (SealShrink | SealGrow) ? null : "has no seals on its size (F_SEAL_SHRINK, F_SEAL_GROW)";
    }

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CreateMemory(string name, uint flags);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle descriptor, int command, int argument);
}
