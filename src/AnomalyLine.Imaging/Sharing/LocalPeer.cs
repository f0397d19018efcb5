using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Imaging.Sharing;

/// <summary>
/// The socket by which a camera program hands its memory to the server on the same machine, and who is at its other end. Its name is abstract: it is in no folder, belongs to the network
/// namespace that the port of gRPC belongs to, and goes with the server. So whoever reaches one on loopback reaches the other.
/// </summary>
internal static unsafe class LocalPeer
{
    private const int SocketLevel = 1, PassDescriptors = 1, PeerCredentials = 17, CloseOnExecute = 0x40000000, Truncated = 8;

    /// <summary>How long either side waits for the other's word.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Where the server with this port of gRPC listens.</summary>
    public static UnixDomainSocketEndPoint At(int port) => new(string.Create(CultureInfo.InvariantCulture, $"\0anomalyline-frames-{port}"));

    /// <summary>A socket of this kind.</summary>
    public static Socket Create() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>The account at the other end, as the kernel noted it when the connection was made.</summary>
    public static uint AccountOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return MemoryMarshal.Read<uint>(credentials[4..]);
    }

    /// <summary>Whether memory may be shared with an account: this process's own, and the system's administrator, who could read all of it anyway.</summary>
    public static bool IsTrusted(uint account) => account == 0 || account == EffectiveUser();

    /// <summary>Hands a descriptor over, with one byte.</summary>
    /// <exception cref="SocketException">The other end is gone.</exception>
    public static void Send(Socket socket, SafeFileHandle descriptor)
    {
        var held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            byte word = 1;
            var piece = new Piece { Start = &word, Length = 1 };
            var control = new Control { Length = (nuint)sizeof(Control) - sizeof(int), Level = SocketLevel, Type = PassDescriptors, Descriptor = (int)descriptor.DangerousGetHandle() };
            var message = new Message { Pieces = &piece, PieceCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) };
            if (SendMessage(socket.SafeHandle, &message, 0) != 1) throw new SocketException(Marshal.GetLastPInvokeError());
        }
        finally
        {
            if (held) descriptor.DangerousRelease();
        }
    }

    /// <summary>Takes a descriptor; waits for it as long as <see cref="Patience"/>.</summary>
    /// <returns>The descriptor; null where there was none in time, or more than one.</returns>
    public static SafeFileHandle? Receive(Socket socket)
    {
        if (!socket.Poll(Patience, SelectMode.SelectRead)) return null;
        byte word;
        var piece = new Piece { Start = &word, Length = 1 };
        var control = new Control { Descriptor = -1 };

        // Without the filler: the kernel would put a second descriptor there.
        var message = new Message { Pieces = &piece, PieceCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) - sizeof(int) };
        var taken = ReceiveMessage(socket.SafeHandle, &message, CloseOnExecute);
        if (taken != 1 || message.ControlLength == 0 || control.Level != SocketLevel || control.Type != PassDescriptors || control.Descriptor < 0) return null;
        var descriptor = new SafeFileHandle(control.Descriptor, ownsHandle: true);
        if ((message.Flags & Truncated) == 0) return descriptor;
        descriptor.Dispose();
        return null;
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SendMessage(SafeSocketHandle socket, Message* message, int flags);

    [DllImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReceiveMessage(SafeSocketHandle socket, Message* message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Piece
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public Control* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr with one descriptor, and what fills it up to eight bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        private readonly int _filler;
    }
}
