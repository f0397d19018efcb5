using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace AnomalyLine.Detection.Models;

/// <summary>
/// The safetensors format: eight bytes of header length, a JSON header with type, shape and place of each tensor, then the bytes, little endian. Data only; Python's safetensors package
/// reads it.
/// </summary>
internal static class SafeTensorsFile
{
    private const int MaxHeaderBytes = 100_000_000;
    private const string Metadata = "__metadata__", Note = "note";

    /// <summary>A tensor as the header names it.</summary>
    /// <param name="Type">Such as "F32" or "I64".</param>
    /// <param name="Shape">Its sizes.</param>
    /// <param name="Start">First byte, counted from the end of the header.</param>
    /// <param name="End">The byte after its last.</param>
    public sealed record Entry(string Type, long[] Shape, long Start, long End)
    {
        internal static Entry Read(JsonElement json) => new(
            json.GetProperty("dtype").GetString() ?? "",
            [.. json.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())],
            json.GetProperty("data_offsets")[0].GetInt64(),
            json.GetProperty("data_offsets")[1].GetInt64());
    }

    /// <summary>Writes a file.</summary>
    /// <param name="tensors">Name, type, shape and bytes of each, in the order in which they are to lie there.</param>
    /// <param name="note">Text that goes with them, under the format's __metadata__; null for none.</param>
    /// <param name="copy">Copies the bytes of the tensor with a number.</param>
    public static byte[] Write(IReadOnlyList<(string Name, string Type, long[] Shape, long Bytes)> tensors, string? note, SpanAction<byte, int> copy)
    {
        var header = new JsonObject();
        if (note is not null) header[Metadata] = new JsonObject { [Note] = note };
        long end = 0;
        foreach (var (name, type, shape, bytes) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(end, end + bytes),
            };
            end += bytes;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        var file = new byte[8 + padded + end];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded);
        json.CopyTo(file, 8);
        file.AsSpan(8 + json.Length, padded - json.Length).Fill((byte)' ');
        var at = 8 + padded;
        for (var i = 0; i < tensors.Count; i++)
        {
            copy(file.AsSpan(at, (int)tensors[i].Bytes), i);
            at += (int)tensors[i].Bytes;
        }

        return file;
    }

    /// <summary>The tensors of a file by name.</summary>
    /// <param name="file">All of it.</param>
    /// <param name="data">What their places are counted in.</param>
    /// <exception cref="InvalidDataException">The header is damaged, or a place is not within the data.</exception>
    public static Dictionary<string, Entry> Read(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> data)
    {
        using var json = ReadHeader(file, out data);
        try
        {
            var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject().Where(p => p.Name != Metadata))
            {
                var entry = Entry.Read(property.Value);
                if (entry.Start < 0 || entry.End < entry.Start || entry.End > data.Length || entry.Shape.Any(static side => side < 0))
                    throw new InvalidDataException($"Tensor '{property.Name}' [{string.Join(", ", entry.Shape)}] has bytes {entry.Start} to {entry.End} of {data.Length}.");
                if (!entries.TryAdd(property.Name, entry)) throw new InvalidDataException($"Tensor '{property.Name}' is there twice.");
            }

            return entries;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Damaged(e);
        }
    }

    /// <summary>The text that was written with the tensors, or null.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static string? ReadNote(ReadOnlySpan<byte> file)
    {
        Read(file, out _);
        using var json = ReadHeader(file, out _);
        try
        {
            return json.RootElement.TryGetProperty(Metadata, out var metadata) && metadata.ValueKind == JsonValueKind.Object
                && metadata.TryGetProperty(Note, out var note) && note.ValueKind == JsonValueKind.String ? note.GetString() : null;
        }
        catch (InvalidOperationException e)
        {
            // Half of a character, written as an escape.
            throw Damaged(e);
        }
    }

    private static JsonDocument ReadHeader(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> data)
    {
        var length = file.Length < 8 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length is < 2 or > MaxHeaderBytes || length > file.Length - 8) throw new InvalidDataException("The weights have no safetensors header.");
        if (!Utf8.IsValid(file.Slice(8, (int)length))) throw new InvalidDataException("The weights' safetensors header is damaged: it is not UTF-8.");
        data = file[(8 + (int)length)..];
        try
        {
            return JsonDocument.Parse(file.Slice(8, (int)length).ToArray());
        }
        catch (JsonException e)
        {
            throw Damaged(e);
        }
    }

    private static InvalidDataException Damaged(Exception e) => new($"The weights' safetensors header is damaged: {e.Message}", e);
}
