using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace AnomalyLine.Inspection.Storage;

/// <summary>
/// The sum that each inspection has in the log: the first eight bytes of the SHA-256 of the log's identity and of all of its columns. It finds values that changed within a page that still holds
/// together, and rows of another log; it has no key, so it proves nothing against somebody who writes sums too. One thread at a time.
/// </summary>
internal sealed class RecordSum(Guid log)
{
    private readonly byte[] _log = log.ToByteArray();
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    /// <summary>The sum of what is about to be written.</summary>
    /// <param name="values">The columns of <see cref="InspectionRow.Columns"/>: long, double, string or bytes.</param>
    public long Of(ReadOnlySpan<object> values)
    {
        Begin();
        foreach (var value in values) Add(value);
        return End();
    }

    /// <summary>The sum of what was read.</summary>
    /// <param name="row">Begins with the columns of <see cref="InspectionRow.Columns"/>.</param>
    public long Of(SqliteDataReader row)
    {
        Begin();
        for (var column = 0; column < InspectionRow.Count; column++) Add(row.GetValue(column));
        return End();
    }

    private void Begin()
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(_log);
    }

    private long End()
    {
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes.WrittenSpan, sum);
        return BinaryPrimitives.ReadInt64LittleEndian(sum);
    }

    private void Add(object value)
    {
        switch (value)
        {
            case long number:
                Add('i', number);
                break;
            case double number:
                // SQLite keeps whole numbers without their sign of zero.
                Add('r', BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number));
                break;
            case string text:
                var length = Encoding.UTF8.GetByteCount(text);
                Add('t', length);
                _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length)));
                break;
            case byte[] bytes:
                Add('b', bytes.Length);
                _bytes.Write(bytes);
                break;
            default:
                // Nothing, which no column can have.
                Add('0', 0);
                break;
        }
    }

    private void Add(char kind, long number)
    {
        var at = _bytes.GetSpan(1 + sizeof(long));
        at[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(at[1..], number);
        _bytes.Advance(1 + sizeof(long));
    }
}
