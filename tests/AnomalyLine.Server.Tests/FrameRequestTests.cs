using System.Buffers;
using AnomalyLine.Server.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>The frame's own reader against Google's: the same message, or the same refusal.</summary>
public sealed class FrameRequestTests
{
    [Fact]
    public void Read_AnyRequestInAnyPieces_IsWhatGooglesReaderReads()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var bytes = Request(random).ToByteArray();
            var read = FrameRequest.Read(Pieces(bytes, random));
            var (whole, expected) = (Whole(read), Wire.InspectRequest.Parser.ParseFrom(bytes));
            Assert.Equal(expected, whole);
            Assert.Equal(expected.Frame is not { Data.Length: > 0 }, read.Pixels is null);
        }
    }

    [Fact]
    public void Read_FieldsInOtherOrderAndUnknownOnes_AreKept()
    {
        byte[] frame = [0x22, 3, 1, 2, 3, 0x08, 3, 0x10, 1, 0xFA, 0x07, 2, 9, 9, 0x18, 1];
        byte[] bytes = [0x32, 1, (byte)'p', 0x22, (byte)frame.Length, .. frame, 0xF8, 0x3F, 5, 0x12, 1, (byte)'s', 0x08, 7, 0xFD, 0x3F, 1, 2, 3, 4, 0xF9, 0x3F, 1, 2, 3, 4, 5, 6, 7, 8];

        var read = FrameRequest.Read(new ReadOnlySequence<byte>(bytes));

        Assert.Equal([1, 2, 3], read.Pixels!.Memory.ToArray());
        Assert.Equal(Wire.InspectRequest.Parser.ParseFrom(bytes), Whole(read));
    }

    [Fact]
    public void Read_FrameOrDataTwice_IsMergedAsGoogleMergesIt()
    {
        byte[] one = [0x22, 4, 0x22, 2, 1, 2], two = [0x22, 5, 0x22, 3, 3, 4, 5];
        byte[] both = [.. one, .. two], inside = [0x22, 9, 0x22, 2, 1, 2, 0x22, 3, 3, 4, 5];
        foreach (var bytes in new[] { both, inside })
        {
            var read = FrameRequest.Read(new ReadOnlySequence<byte>(bytes));
            Assert.Null(read.Pixels);
            Assert.Equal([3, 4, 5], read.Message.Frame.Data.ToByteArray());
        }
    }

    [Fact]
    public void Read_DamagedMessage_IsRefusedWhereGoogleRefusesIt()
    {
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Request(random).ToByteArray();
            if (bytes.Length == 0) continue;
            var damaged = i % 2 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (i % 2 != 0) damaged[random.Next(Math.Min(60, damaged.Length))] ^= (byte)(1 << random.Next(8));
            var (expected, actual) = (Try(() => Wire.InspectRequest.Parser.ParseFrom(damaged)), Try(() => Whole(FrameRequest.Read(Pieces(damaged, random)))));
            Assert.Equal(expected, actual);
            if (expected is null) refused++;
        }

        Assert.InRange(refused, 300, 2700);

        static Wire.InspectRequest? Try(Func<Wire.InspectRequest> read)
        {
            try
            {
                return read();
            }
            catch (InvalidProtocolBufferException)
            {
                return null;
            }
        }
    }

    private static Wire.InspectRequest Request(Random random)
    {
        var request = new Wire.InspectRequest { RequestId = (ulong)random.NextInt64(), Station = Text(random), PartId = Text(random), ProductId = Text(random) };
        if (random.Next(4) == 0) request.Deadline = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(random.Next(1, 60000)));
        if (random.Next(8) == 0) return request;
        var data = new byte[random.Next(4) switch { 0 => 0, 1 => random.Next(300), _ => random.Next(40_000) }];
        random.NextBytes(data);
        request.Frame = new Wire.Frame { Width = (uint)random.Next(), Height = (uint)random.Next(5), PixelFormat = (Wire.PixelFormat)random.Next(12), StrideBytes = (uint)random.Next(3), Data = ByteString.CopyFrom(data) };
        if (random.Next(2) == 0) request.Frame.CaptureTime = new Timestamp { Seconds = random.Next() };
        return request;
    }

    private static string Text(Random random) => new('x', random.Next(3) * random.Next(100));

    /// <summary>The message as it would be without a reader of its own.</summary>
    private static Wire.InspectRequest Whole(FrameRequest read)
    {
        var message = read.Message.Clone();
        if (read.Pixels is { } pixels) message.Frame.Data = ByteString.CopyFrom(pixels.Memory.Span);
        return message;
    }

    /// <summary>The bytes in pieces, as a connection gives them.</summary>
    private static ReadOnlySequence<byte> Pieces(byte[] bytes, Random random)
    {
        Piece first = new(default, 0), last = first;
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, random.Next(3) == 0 ? random.Next(4) : random.Next(20_000));
            last = last.Append(bytes.AsMemory(at, length));
            at += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
