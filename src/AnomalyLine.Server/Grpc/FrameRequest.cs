using System.Buffers;
using AnomalyLine.Imaging;
using AnomalyLine.Server.Memory;
using Google.Protobuf;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>
/// A request to judge whose pixels are read straight into memory that is used again: Google's reader makes a new array for each frame. All other fields are read by Google's, from what is before and
/// after the pixels; so is a message whose pixels cannot be found, and it then says what is wrong with it.
/// </summary>
/// <param name="Message">The request; without its pixels where <paramref name="Pixels"/> has them.</param>
/// <param name="Pixels">The frame's data; null where they are in the message.</param>
internal sealed record FrameRequest(Wire.InspectRequest Message, PooledArray<byte>? Pixels)
{
    private const uint FrameTag = (Wire.InspectRequest.FrameFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;
    private const uint DataTag = (Wire.Frame.DataFieldNumber << 3) | (uint)WireFormat.WireType.LengthDelimited;

    /// <summary>When it was read; null where nobody looked at the clock.</summary>
    public ReadTime? ReadAt { get; private init; }

    /// <summary>Timestamp of its arrival, which its stream knows; null until then.</summary>
    public long? Arrival { get; set; }

    /// <summary>Why it cannot be judged, although the stream goes on; null for what can be tried.</summary>
    public FrameRefusal? Refusal { get; init; }

    /// <summary>Bytes that it holds of the server's memory; whoever is done with it gives them back.</summary>
    public long Held { get; private init; }

    /// <summary>Reads a message, whatever it is: only the frame is lost with one that is too large or damaged, not the stream.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="mostBytes">The server's limit for a frame's data.</param>
    /// <param name="memory">What its pixels are taken from; without room there it is refused, its pixels unread.</param>
    /// <param name="shared">Memory that camera programs have handed over.</param>
    /// <param name="readAt">When that is.</param>
    public static FrameRequest Receive(ReadOnlySequence<byte> message, int mostBytes, MemoryBudget memory, SharedMemory shared, ReadTime? readAt = null)
    {
        var isTaken = memory.TryEnter(message.Length);
        try
        {
            var request = Read(message, isTaken) with { ReadAt = readAt };
            if (isTaken && request.Message.Frame?.SharedData is { } place) return request.Fetch(place, message.Length, mostBytes, memory, shared);
            var bytes = request.Pixels?.Length ?? request.Message.Frame?.Data.Length ?? 0;
            if (isTaken && bytes <= mostBytes) return request with { Held = message.Length };
            request.Pixels?.Recycle();
            if (request.Message.Frame is { } frame) frame.Data = ByteString.Empty;
            if (isTaken) memory.Exit(message.Length);
            var refusal = bytes > mostBytes ? FrameRefusal.TooLarge(bytes, mostBytes) : FrameRefusal.MemoryShort;
            return new FrameRequest(request.Message, null) { ReadAt = readAt, Refusal = refusal };
        }
        catch (InvalidProtocolBufferException damage)
        {
            if (isTaken) memory.Exit(message.Length);
            return new FrameRequest(new Wire.InspectRequest(), null) { ReadAt = readAt, Refusal = FrameRefusal.NoMessage(message.Length, damage.Message) };
        }
    }

    /// <summary>The request with the bytes that it refers to. They are copied here and now: what its program does with the place later changes no frame that is judged or kept.</summary>
    private FrameRequest Fetch(Wire.SharedData place, long messageBytes, int mostBytes, MemoryBudget memory, SharedMemory shared)
    {
        if (Pixels is not null || Message.Frame.Data.Length > 0) return Refused(FrameRefusal.SharedUnreadable("frame: has both data and shared_data; send one"));
        if (place.Length > (uint)mostBytes) return Refused(FrameRefusal.TooLarge(place.Length, mostBytes));
        if (!memory.TryEnter(place.Length)) return Refused(FrameRefusal.MemoryShort);
        var pixels = PooledArrays.Rent<byte>((int)place.Length);
        if (shared.Read(place.Memory.Span, place.Offset, pixels.Memory.Span) is not { } wrong) return this with { Pixels = pixels, Held = messageBytes + place.Length };
        pixels.Recycle();
        memory.Exit(place.Length);
        return Refused(FrameRefusal.SharedUnreadable($"frame.shared_data: {wrong}"));

        FrameRequest Refused(FrameRefusal refusal)
        {
            Pixels?.Recycle();
            Message.Frame.Data = ByteString.Empty;
            memory.Exit(messageBytes);
            return this with { Pixels = null, Refusal = refusal };
        }
    }

    /// <summary>Reads a message.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="withPixels">Whether its pixels are wanted; without them the frame is empty.</param>
    /// <exception cref="InvalidProtocolBufferException">It is not an <see cref="Wire.InspectRequest"/>.</exception>
    public static FrameRequest Read(ReadOnlySequence<byte> message, bool withPixels = true)
    {
        if (Find(message, FrameTag) is not { } frame || Find(frame.Value, DataTag) is not { } data)
            return new FrameRequest(Wire.InspectRequest.Parser.ParseFrom(message), null);
        var parsed = Wire.InspectRequest.Parser.ParseFrom(Without(message, frame.Field));
        parsed.Frame = Wire.Frame.Parser.ParseFrom(Without(frame.Value, data.Field));
        if (!withPixels) return new FrameRequest(parsed, null);
        var pixels = PooledArrays.Rent<byte>((int)data.Value.Length);
        data.Value.CopyTo(pixels.Memory.Span);
        return new FrameRequest(parsed, pixels);
    }

    /// <summary>The only field with a tag, with and without its tag and length; null if there is none, where there are several, and where the message is damaged.</summary>
    private static (ReadOnlySequence<byte> Field, ReadOnlySequence<byte> Value)? Find(ReadOnlySequence<byte> message, uint wanted)
    {
        (ReadOnlySequence<byte>, ReadOnlySequence<byte>)? found = null;
        var reader = new SequenceReader<byte>(message);
        while (!reader.End)
        {
            var start = reader.Position;
            if (!TryReadNumber(ref reader, out var tag)) return null;
            var length = 0UL;
            var isRead = (WireFormat.WireType)(tag & 7) switch
            {
                WireFormat.WireType.Varint => TryReadNumber(ref reader, out _),
                WireFormat.WireType.Fixed32 => TrySkip(ref reader, sizeof(uint)),
                WireFormat.WireType.Fixed64 => TrySkip(ref reader, sizeof(ulong)),
                WireFormat.WireType.LengthDelimited => TryReadNumber(ref reader, out length) && TrySkip(ref reader, length),
                _ => false,
            };
            if (!isRead) return null;
            if (tag != wanted) continue;
            if (found is not null) return null;
            found = (message.Slice(start, reader.Position), message.Slice(reader.Consumed - (long)length, (long)length));
        }

        return found;
    }

    private static bool TrySkip(ref SequenceReader<byte> reader, ulong bytes)
    {
        if (bytes > (ulong)reader.Remaining) return false;
        reader.Advance((long)bytes);
        return true;
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    private static bool TryReadNumber(ref SequenceReader<byte> reader, out ulong number)
    {
        number = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var part)) return false;
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return true;
        }

        return false;
    }

    /// <summary>What is before and after a field.</summary>
    private static byte[] Without(ReadOnlySequence<byte> message, ReadOnlySequence<byte> field) => [.. message.Slice(0, field.Start).ToArray(), .. message.Slice(field.End).ToArray()];
}
