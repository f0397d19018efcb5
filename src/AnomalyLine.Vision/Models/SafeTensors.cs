using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace AnomalyLine.Vision.Models;

/// <summary>
/// A module's parameters and buffers in the safetensors format: eight bytes of header length, a JSON header with type, shape and place of each
/// tensor, then the bytes, little endian. Data only; Python's safetensors package reads it.
/// </summary>
internal static class SafeTensors
{
    private const int MaxHeaderBytes = 100_000_000;
    private const string Metadata = "__metadata__", Note = "note";

    /// <summary>Writes all tensors of a module.</summary>
    public static byte[] Write(nn.Module module) => Write(module.state_dict());

    /// <summary>Writes tensors by name.</summary>
    /// <param name="state">The tensors.</param>
    /// <param name="note">Text that goes with them, under the format's __metadata__; null for none.</param>
    public static byte[] Write(IReadOnlyDictionary<string, Tensor> state, string? note = null)
    {
        using var scope = NewDisposeScope();
        var tensors = state.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, Value: p.Value.detach().cpu().contiguous())).ToArray();
        var header = new JsonObject();
        if (note is not null) header[Metadata] = new JsonObject { [Note] = note };
        long end = 0;
        foreach (var (key, value) in tensors)
        {
            var start = end;
            end += value.NumberOfElements * value.ElementSize;
            header[key] = new JsonObject
            {
                ["dtype"] = NameOf(value.dtype, key),
                ["shape"] = new JsonArray([.. value.shape.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(start, end),
            };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        var file = new byte[8 + padded + end];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded);
        json.CopyTo(file, 8);
        file.AsSpan(8 + json.Length, padded - json.Length).Fill((byte)' ');
        var at = 8 + padded;
        foreach (var (_, value) in tensors)
        {
            var bytes = value.bytes;
            bytes.CopyTo(file.AsSpan(at));
            at += bytes.Length;
        }

        return file;
    }

    /// <summary>The text that was written with the tensors, or null.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static string? ReadNote(ReadOnlySpan<byte> file)
    {
        Open(file, out _);
        using var json = JsonDocument.Parse(file.Slice(8, (int)BinaryPrimitives.ReadInt64LittleEndian(file)).ToArray());
        return json.RootElement.TryGetProperty(Metadata, out var metadata) && metadata.TryGetProperty(Note, out var note) ? note.GetString() : null;
    }

    /// <summary>All tensors of a file by name; they go with the caller's dispose scope.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadAll(ReadOnlySpan<byte> file)
    {
        var state = Open(file, out _).ToDictionary(
            e => e.Key, e => empty(e.Value.Shape, e.Value.Type == "I64" ? ScalarType.Int64 : ScalarType.Float32));
        Read(state, file);
        return state;
    }

    /// <summary>Reads into a module whose tensors must agree in name, type and shape with the file's.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or is another network's.</exception>
    public static void Read(nn.Module module, ReadOnlySpan<byte> file) => Read(module.state_dict(), file);

    /// <summary>Reads into tensors that must agree in name, type and shape with the file's.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or is another network's.</exception>
    public static void Read(IReadOnlyDictionary<string, Tensor> state, ReadOnlySpan<byte> file)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var header = Open(file, out var data);
        var missing = state.Keys.Except(header.Keys, StringComparer.Ordinal).Concat(header.Keys.Except(state.Keys, StringComparer.Ordinal)).ToArray();
        if (missing.Length > 0) throw new InvalidDataException($"The weights are of another network: {missing.Length} tensors do not match, such as '{missing[0]}'.");
        foreach (var (key, target) in state)
        {
            var entry = header[key];
            if (entry.Type != NameOf(target.dtype, key) || !entry.Shape.SequenceEqual(target.shape))
                throw new InvalidDataException($"Tensor '{key}' is {entry.Type} [{string.Join(", ", entry.Shape)}], but the network has {target.dtype} [{string.Join(", ", target.shape)}].");
            var bytes = target.NumberOfElements * target.ElementSize;
            if (entry.Start < 0 || entry.End - entry.Start != bytes || entry.End > data.Length)
                throw new InvalidDataException($"Tensor '{key}' has bytes {entry.Start} to {entry.End} of {data.Length}; its shape asks for {bytes}.");
            using var values = empty(target.shape, dtype: target.dtype);
            data.Slice((int)entry.Start, (int)bytes).CopyTo(values.bytes);
            target.copy_(values);
        }
    }

    private static Dictionary<string, Entry> Open(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> data)
    {
        var length = file.Length < 8 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length is < 2 or > MaxHeaderBytes || length > file.Length - 8) throw new InvalidDataException("The weights have no safetensors header.");
        data = file[(8 + (int)length)..];
        try
        {
            using var json = JsonDocument.Parse(file.Slice(8, (int)length).ToArray());
            return json.RootElement.EnumerateObject().Where(p => p.Name != Metadata).ToDictionary(p => p.Name, p => Entry.Read(p.Value));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"The weights' safetensors header is damaged: {e.Message}", e);
        }
    }

    private static string NameOf(ScalarType type, string key) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Int64 => "I64",
        _ => throw new InvalidDataException($"Tensor '{key}' is {type}; weights are F32 or I64."),
    };

    private sealed record Entry(string Type, long[] Shape, long Start, long End)
    {
        public static Entry Read(JsonElement json) => new(
            json.GetProperty("dtype").GetString() ?? "",
            [.. json.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())],
            json.GetProperty("data_offsets")[0].GetInt64(),
            json.GetProperty("data_offsets")[1].GetInt64());
    }
}
