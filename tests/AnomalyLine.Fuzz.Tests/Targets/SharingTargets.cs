using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Imaging.Sharing;
using AnomalyLine.Server.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;

namespace AnomalyLine.Fuzz.Tests.Targets;

/// <summary>What camera programs hand over: memory on the same machine, and how their cameras are.</summary>
internal static class SharingTargets
{
    public static IReadOnlyList<Func<FuzzTarget>> All => [static () => new Handover(), static () => new Status()];

    /// <summary>Messages of the stream by which a program attaches a camera.</summary>
    private sealed class Status() : FuzzTarget("status of a camera")
    {
        private const int MostName = 64, MostText = 512;

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            new AttachCameraRequest
            {
                Status = new() { Name = "top", Station = "a", Source = "genicam:1", Trigger = Contracts.V1.CameraTrigger.Software, Fault = "gone", Frames = 7, TemperatureCelsius = 40.5, SinceLastFrame = new() { Seconds = 3 } },
            }.ToByteArray(),
            new AttachCameraRequest { Result = new() { TriggerId = 7, Refusal = "is being opened anew" } }.ToByteArray(),
        ];

        public override bool Run(byte[] input)
        {
            AttachCameraRequest? request = null;
            if (!Reads<InvalidProtocolBufferException>(() => request = AttachCameraRequest.Parser.ParseFrom(input))) return false;
            if (request!.Result is { } result) return CameraWire.Clip(result.Refusal, MostText).Length <= MostText ? true : throw new InvalidOperationException($"A refusal is too long: {result}");
            return Reads<RpcException>(() =>
            {
                var camera = new Server.Cameras.AttachedCamera(CameraWire.Read(request.Status, DateTimeOffset.UnixEpoch), TimeProvider.System);
                var status = camera.ToWire(DateTimeOffset.UnixEpoch).Status;
                if (status.Name.Length is 0 or > MostName || status.Station.Length is 0 or > MostName || status.Source.Length > MostText || status.Fault.Length > MostText) throw new InvalidOperationException($"A text is too long or missing: {status}");
            });
        }
    }

    /// <summary>
    /// A program that hands its memory over: words before it, descriptors of any kind and number, words with them, and where a frame is then said to lie. The input is a head of 16 bytes (number and kinds
    /// of descriptors, how many words come first, offset and length of the frame) and the words.
    /// </summary>
    private sealed unsafe class Handover : FuzzTarget
    {
        private const int Head = 16, MostDescriptors = 3, MostFrame = 64 * 1024, Bytes = 3 * 4096;
        private const int Stream = 1, SocketLevel = 1, PassDescriptors = 1, NoSignal = 0x4000, AddSeals = 1033, Shrink = 2, Grow = 4, Write = 8;

        /// <summary>How often it is counted whether descriptors stay open, cases.</summary>
        private const int Every = 256;

        private readonly SafeFileHandle[] _descriptors;
        private readonly byte[] _frame = new byte[MostFrame];
        private readonly int _open;
        private int _cases;

        public Handover()
            : base("memory of a camera program")
        {
            var plain = Folder["plain"];
            File.WriteAllBytes(plain, new byte[Bytes]);
            int* ends = stackalloc int[2];
            if (Pipe(ends) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
            _descriptors =
            [
                Memory(Bytes, Shrink | Grow), Memory(Bytes, Shrink | Grow | Write), Memory(0, Shrink | Grow), Memory(Bytes, Shrink), Memory(Bytes, 0),
                File.OpenHandle(plain), File.OpenHandle("/dev/zero"), new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true),
            ];
            _open = Open();
        }

        public override IReadOnlyList<byte[]> Seeds { get; } =
        [
            Seed([0], 0, 4096, 256, "f"), Seed([1], 0, 0, Bytes, "f"), Seed([2], 0, 0, 0, "f"), Seed([0], 0, Bytes - 1, 1, "two"),
        ];

        public override bool Run(byte[] input)
        {
            var isTaken = HandOver(input);
            if (++_cases % Every == 0 && Open() - _open is > 0 and var more) throw new InvalidOperationException($"{more} descriptors stayed open.");
            return isTaken;
        }

        private bool HandOver(byte[] input)
        {
            Span<byte> head = stackalloc byte[Head];
            input.AsSpan(0, Math.Min(Head, input.Length)).CopyTo(head);
            ReadOnlySpan<byte> words = input.AsSpan(Math.Min(Head, input.Length));
            var (program, server) = Pair();
            using (server)
            {
                using (program)
                {
                    var before = Math.Min(head[0] >> 4, words.Length);
                    if (before > 0) program.Send(words[..before]);
                    if (before < words.Length) Send(program, words[before..], head);
                }

                using var memory = OfferedMemory.TryTake(server, out var error);
                if (memory is null) return error.Length > 0 ? false : throw new InvalidOperationException("Nothing was taken, and no reason was given.");
                var (offset, length) = (BinaryPrimitives.ReadUInt64LittleEndian(head[4..]), (int)(BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) % (MostFrame + 1)));
                var isWithin = (UInt128)offset + (uint)length <= (ulong)memory.Length;
                if (memory.Read(offset, _frame.AsSpan(0, length)) is null != isWithin) throw new InvalidOperationException($"{length} bytes from {offset} on, of {memory.Length}.");
                for (var i = 0; isWithin && i < length; i++)
                    if (_frame[i] != ByteAt((long)offset + i)) throw new InvalidOperationException($"Byte {(long)offset + i} is {_frame[i]}.");
                return isWithin;
            }
        }

        /// <summary>Words, and the descriptors that a head names.</summary>
        private void Send(Socket program, ReadOnlySpan<byte> words, ReadOnlySpan<byte> head)
        {
            var count = Math.Min(head[0] & 0xF, MostDescriptors);
            var control = new Control { Length = (nuint)(16 + (4 * count)), Level = SocketLevel, Type = PassDescriptors };
            for (var i = 0; i < count; i++) control.Descriptors[i] = (int)_descriptors[head[1 + i] % _descriptors.Length].DangerousGetHandle();
            fixed (byte* start = words)
            {
                var piece = new Piece { Start = start, Length = (nuint)words.Length };
                var message = new Message { Pieces = &piece, PieceCount = 1, Control = count > 0 ? &control : null, ControlLength = count > 0 ? (control.Length + 7) & ~(nuint)7 : 0 };
                if (SendMessage(program.SafeHandle, &message, NoSignal) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }

        private static byte[] Seed(byte[] kinds, int before, long offset, int length, string words)
        {
            var input = new byte[Head + words.Length];
            input[0] = (byte)((before << 4) | kinds.Length);
            kinds.CopyTo(input, 1);
            BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(4), offset);
            BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(12), length);
            Encoding.ASCII.GetBytes(words).CopyTo(input, Head);
            return input;
        }

        private static SafeFileHandle Memory(int bytes, int seals)
        {
            var memory = new SafeFileHandle(CreateMemory("fuzz", 2), ownsHandle: true);
            RandomAccess.SetLength(memory, bytes);
            RandomAccess.Write(memory, [.. Enumerable.Range(0, bytes).Select(static at => ByteAt(at))], 0);
            return seals == 0 || ControlMemory(memory, AddSeals, seals) == 0 ? memory : throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        private static byte ByteAt(long at) => (byte)(at * 31 >> 3);

        private static (Socket Program, Socket Server) Pair()
        {
            int* ends = stackalloc int[2];
            if (SocketPair((int)AddressFamily.Unix, Stream, 0, ends) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
            return (new Socket(new SafeSocketHandle(ends[0], ownsHandle: true)), new Socket(new SafeSocketHandle(ends[1], ownsHandle: true)));
        }

        /// <summary>Descriptors of what is handed over and of sockets: the runtime opens its assemblies as it needs them.</summary>
        private static int Open() => Directory.GetFiles("/proc/self/fd").Count(static path =>
            new FileInfo(path).LinkTarget is { } target && (target == "/dev/zero" || target.StartsWith("/memfd:fuzz", StringComparison.Ordinal) || target.StartsWith("socket:", StringComparison.Ordinal)));

        [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int CreateMemory(string name, uint flags);

        [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int ControlMemory(SafeFileHandle descriptor, int command, int argument);

        [DllImport("libc", EntryPoint = "pipe", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Pipe(int* ends);

        [DllImport("libc", EntryPoint = "socketpair", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int SocketPair(int family, int type, int protocol, int* ends);

        [DllImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern nint SendMessage(SafeSocketHandle socket, Message* message, int flags);

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

        /// <summary>struct cmsghdr with its descriptors.</summary>
        [StructLayout(LayoutKind.Sequential)]
        private struct Control
        {
            public nuint Length;
            public int Level;
            public int Type;
            public fixed int Descriptors[MostDescriptors + 1];
        }
    }
}
