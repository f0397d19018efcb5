using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// Holds a folder itself against other processes, as long as this one lives: unlike a file in it, nobody can take that away. Where the system has no such lock (another system than Linux, a file
/// system over the network), it holds nothing.
/// </summary>
internal static class FolderLock
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000, Exclusive = 2, NoWait = 4, WouldBlock = 11;

    /// <summary>Takes the lock.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <returns>What holds it until it is disposed; null where this system has none.</returns>
    /// <exception cref="IOException">Another process holds it, or this one already.</exception>
    public static SafeFileHandle? Take(string folder)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var handle = new SafeFileHandle(Open(folder, ReadOnly | CloseOnExec), ownsHandle: true);
        if (handle.IsInvalid || Flock(handle, Exclusive | NoWait) == 0) return handle;
        var isTaken = Marshal.GetLastPInvokeError() == WouldBlock;
        handle.Dispose();
        return isTaken ? throw new IOException("another process holds the folder") : null;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flock(SafeFileHandle handle, int operation);
}
