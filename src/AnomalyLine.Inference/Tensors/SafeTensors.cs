using AnomalyLine.Detection.Models;
using static TorchSharp.torch;

namespace AnomalyLine.Inference.Tensors;

/// <summary>
/// A module's parameters and buffers in the safetensors format (<see cref="SafeTensorsFile"/>): float32 and 64-bit integers.
/// </summary>
internal static class SafeTensors
{
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
        return SafeTensorsFile.Write(
            [.. tensors.Select(t => (t.Key, NameOf(t.Value.dtype, t.Key), t.Value.shape, t.Value.NumberOfElements * t.Value.ElementSize))],
            note,
            (target, i) => tensors[i].Value.bytes.CopyTo(target));
    }

    /// <summary>All tensors of a file by name; they go with the caller's dispose scope.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadAll(ReadOnlySpan<byte> file)
    {
        var entries = SafeTensorsFile.Read(file, out _);
        foreach (var (key, entry) in entries) CheckSize(key, entry);
        var state = entries.ToDictionary(e => e.Key, e => empty(e.Value.Shape, e.Value.Type == "I64" ? ScalarType.Int64 : ScalarType.Float32));
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
        var header = SafeTensorsFile.Read(file, out var data);
        var missing = state.Keys.Except(header.Keys, StringComparer.Ordinal).Concat(header.Keys.Except(state.Keys, StringComparer.Ordinal)).ToArray();
        if (missing.Length > 0) throw new InvalidDataException($"The weights are of another network: {missing.Length} tensors do not match, such as '{missing[0]}'.");
        foreach (var (key, target) in state)
        {
            var entry = header[key];
            if (entry.Type != NameOf(target.dtype, key) || !entry.Shape.SequenceEqual(target.shape))
                throw new InvalidDataException($"Tensor '{key}' is {entry.Type} [{string.Join(", ", entry.Shape)}], but the network has {target.dtype} [{string.Join(", ", target.shape)}].");
            CheckSize(key, entry);
            var bytes = entry.End - entry.Start;
            using var values = empty(target.shape, dtype: target.dtype);
            data.Slice((int)entry.Start, (int)bytes).CopyTo(values.bytes);
            target.copy_(values);
        }
    }

    /// <summary>Before there is a tensor: a shape of a few digits can ask for any memory.</summary>
    private static void CheckSize(string key, SafeTensorsFile.Entry entry)
    {
        Int128 bytes = entry.Type == "I64" ? sizeof(long) : sizeof(float);
        foreach (var side in entry.Shape.TakeWhile(_ => bytes <= int.MaxValue)) bytes *= side;
        if (entry.Shape.Contains(0)) bytes = 0;
        if (bytes != entry.End - entry.Start)
            throw new InvalidDataException($"Tensor '{key}' {entry.Type} [{string.Join(", ", entry.Shape)}] has {entry.End - entry.Start} bytes, which is not what its shape asks for.");
    }

    private static string NameOf(ScalarType type, string key) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Int64 => "I64",
        _ => throw new InvalidDataException($"Tensor '{key}' is {type}; weights are F32 or I64."),
    };
}
