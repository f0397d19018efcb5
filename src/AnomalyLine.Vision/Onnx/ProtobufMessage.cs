using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AnomalyLine.Vision.Onnx;

/// <summary>
/// A protobuf message that is being written: the kinds of fields that ONNX has, in the wire format (protobuf.dev, "Encoding"). At most 2 GB, as protobuf's own limit.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int VarintType = 0;
    private const int LengthType = 2;
    private const int FixedFourType = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>An integer or a value of an enum.</summary>
    public ProtobufMessage Integer(int field, long value)
    {
        Tag(field, VarintType);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A float.</summary>
    public ProtobufMessage Real(int field, float value)
    {
        Tag(field, FixedFourType);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>A string.</summary>
    public ProtobufMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Bytes as they are.</summary>
    public ProtobufMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthType);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>A message within this one, which must be complete.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value._bytes.WrittenSpan);

    /// <summary>Messages of a repeated field.</summary>
    public ProtobufMessage Messages(int field, IEnumerable<ProtobufMessage> values)
    {
        foreach (var value in values) Message(field, value);
        return this;
    }

    /// <summary>Copies all that was written.</summary>
    public void WriteTo(Stream stream) => stream.Write(_bytes.WrittenSpan);

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that more follow.</summary>
    private void Varint(ulong value)
    {
        for (; value > 0x7F; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
