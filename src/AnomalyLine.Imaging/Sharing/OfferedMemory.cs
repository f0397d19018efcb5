using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Imaging.Sharing;

/// <summary>
/// The server's side of a camera program's memory. It is read by calls, never mapped: what the program does to it meanwhile, be it a hole or other pixels, gives other bytes or an error, and no signal. What was read
/// is a copy, which nobody changes while it is judged (docs/adr/0072-shared-memory.md). Any thread.
/// </summary>
public sealed class OfferedMemory : IDisposable
{
    private readonly SafeFileHandle _memory;

    private OfferedMemory(SafeFileHandle memory) => (_memory, Length) = (memory, RandomAccess.GetLength(memory));

    /// <summary>Its size, bytes, which cannot change.</summary>
    public long Length { get; }

    /// <summary>Listens for camera programs beside a port of gRPC.</summary>
    /// <exception cref="SocketException">Another server listens there.</exception>
    public static Socket Listen(int port, int backlog)
    {
        var socket = LocalPeer.Create();
        try
        {
            socket.Bind(LocalPeer.At(port));
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes what a program that has connected hands over; waits for it as long as two seconds.</summary>
    /// <param name="socket">The connection, just accepted.</param>
    /// <param name="error">Why it is not taken.</param>
    public static OfferedMemory? TryTake(Socket socket, out string error)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var account = LocalPeer.AccountOf(socket);
        error = $"the account {account} is not this server's own";
        if (!LocalPeer.IsTrusted(account)) return null;
        error = "no descriptor came";
        if (LocalPeer.Receive(socket) is not { } memory) return null;
        if (SealedMemory.Check(memory) is not { } wrong)
        {
            error = "";
            return new OfferedMemory(memory);
        }

        memory.Dispose();
        error = $"the descriptor {wrong}";
        return null;
    }

    /// <summary>Copies bytes out of it.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="into">What takes them, whole.</param>
    /// <returns>What is wrong; null where all were copied.</returns>
    public string? Read(ulong offset, Span<byte> into)
    {
        if (offset > (ulong)Length || (ulong)into.Length > (ulong)Length - offset) return $"{into.Length} bytes from {offset} on are not within its {Length} bytes";
        try
        {
            for (var read = 0; read < into.Length;)
            {
                var more = RandomAccess.Read(_memory, into[read..], (long)offset + read);
                if (more == 0) return "it has become shorter";
                read += more;
            }

            return null;
        }
        catch (ObjectDisposedException)
        {
            return "its program has taken it back";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {failure.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
