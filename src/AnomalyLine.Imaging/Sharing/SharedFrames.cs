using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Imaging.Sharing;

/// <summary>
/// Memory that a camera program writes frames to and the server on its machine reads them from, in slots of one size: a slot is free again once its frame is answered. It belongs to one connection; the next
/// one makes another, since a server may still be reading for a stream that has broken. Writing: one thread at a time; releasing: any thread.
/// </summary>
public sealed class SharedFrames : IDisposable
{
    /// <summary>Bytes of the name that the server gives the memory.</summary>
    public const int NameBytes = 16;

    /// <summary>Smaller frames go in the message: less is saved than the way costs.</summary>
    public const int LeastBytes = 64 * 1024;

    private const int MostSlots = 16;
    private const long MostBytes = 256L * 1024 * 1024;

    private readonly Socket _socket;
    private readonly SafeFileHandle _memory;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly unsafe byte* _start;
    private readonly SemaphoreSlim _free;
    private readonly bool[] _isTaken;

    private unsafe SharedFrames(Socket socket, SafeFileHandle memory, byte[] name, int slotBytes, int slots)
    {
        (_socket, _memory, Name, SlotBytes, _isTaken, _free) = (socket, memory, name, slotBytes, new bool[slots], new SemaphoreSlim(slots));
        _file = MemoryMappedFile.CreateFromFile(new FileStream(memory, FileAccess.ReadWrite, bufferSize: 0), null, (long)slotBytes * slots, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>What the server calls it; whoever knows it can have the server read from it.</summary>
    public ReadOnlyMemory<byte> Name { get; }

    /// <summary>Most bytes of a frame.</summary>
    public int SlotBytes { get; }

    /// <summary>Hands new memory to the server on this machine.</summary>
    /// <param name="port">The server's port of gRPC.</param>
    /// <param name="frameBytes">Bytes of a frame; larger ones have no room in it.</param>
    /// <returns>The memory; null where no server of this account takes it, or frames are so large that two of them would be above 256 MiB.</returns>
    public static SharedFrames? TryOffer(int port, int frameBytes)
    {
        var slotBytes = (frameBytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
        var slots = (int)Math.Min(MostSlots, MostBytes / Math.Max(slotBytes, 1));
        if (slots < 2) return null;
        var socket = LocalPeer.Create();
        SafeFileHandle? memory = null;
        try
        {
            socket.ReceiveTimeout = socket.SendTimeout = (int)LocalPeer.Patience.TotalMilliseconds;
            socket.Connect(LocalPeer.At(port));
            var name = new byte[NameBytes];
            if (LocalPeer.IsTrusted(LocalPeer.AccountOf(socket)))
            {
                memory = SealedMemory.Create((long)slotBytes * slots);
                LocalPeer.Send(socket, memory);
                if (ReadName(socket, name)) return new SharedFrames(socket, memory, name, slotBytes, slots);
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or Win32Exception)
        {
            // No server of this release is there, or the system gives no such memory: frames go in messages.
        }

        memory?.Dispose();
        socket.Dispose();
        return null;
    }

    /// <summary>Writes a frame as soon as a slot is free.</summary>
    /// <param name="frame">At most <see cref="SlotBytes"/>.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>Where it begins, which <see cref="Release"/> wants.</returns>
    public async Task<long> WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, SlotBytes);
        await _free.WaitAsync(cancel);
        int slot;

        // The first free one: pages of slots that are never in use take no memory.
        lock (_isTaken) _isTaken[slot = Array.IndexOf(_isTaken, false)] = true;
        var at = (long)slot * SlotBytes;
        frame.Span.CopyTo(SlotAt(at));
        return at;
    }

    /// <summary>The frame that begins there is answered.</summary>
    public void Release(long offset)
    {
        lock (_isTaken) _isTaken[(int)(offset / SlotBytes)] = false;
        _free.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _memory.Dispose();
        _socket.Dispose();
        _free.Dispose();
    }

    private unsafe Span<byte> SlotAt(long offset) => new(_start + offset, SlotBytes);

    private static bool ReadName(Socket socket, Span<byte> name)
    {
        for (var read = 0; read < name.Length;)
        {
            var more = socket.Receive(name[read..]);
            if (more == 0) return false;
            read += more;
        }

        return true;
    }
}
