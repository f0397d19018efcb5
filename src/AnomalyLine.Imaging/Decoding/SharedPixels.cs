using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Imaging.Decoding;

/// <summary>
/// Memory of two processes: a file that one decodes, and behind it the pixels that the other reads. It is on no disk and in no folder; the other process opens it by the descriptor of the first. Pages
/// that nobody wrote to take no memory.
/// </summary>
internal sealed unsafe class SharedPixels : IDisposable
{
    private const uint CloseOnExecute = 1;
    private readonly FileStream? _own;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _half;

    private SharedPixels(FileStream? own, MemoryMappedFile file)
    {
        (_own, _file) = (own, file);
        _view = file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _half = (int)(_view.Capacity / 2);
    }

    /// <summary>Where another process of this account opens it while this one lives; empty where it was opened so itself.</summary>
    public string Path => _own is null ? "" : $"/proc/{Environment.ProcessId}/fd/{_own.SafeFileHandle.DangerousGetHandle()}";

    /// <summary>The bytes of the file.</summary>
    public Span<byte> File => new(_start, _half);

    /// <summary>The pixels, or what is wrong as UTF-8.</summary>
    public Span<byte> Pixels => new(_start + _half, _half);

    /// <summary>Makes it.</summary>
    /// <param name="mostBytes">Most bytes of each, file and pixels.</param>
    /// <exception cref="Win32Exception">The system has no memory for it.</exception>
    public static SharedPixels Create(int mostBytes)
    {
        var descriptor = CreateMemory("anomalyline-decoder", CloseOnExecute);
        if (descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "Memory for a decoder cannot be made.");
        var half = (mostBytes + Environment.SystemPageSize - 1L) / Environment.SystemPageSize * Environment.SystemPageSize;
        var own = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        own.SetLength(2 * half);
        return new SharedPixels(own, MemoryMappedFile.CreateFromFile(own, null, 2 * half, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true));
    }

    /// <summary>Opens what another process has made.</summary>
    public static SharedPixels Open(string path) => new(null, MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _own?.Dispose();
    }

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CreateMemory(string name, uint flags);
}
