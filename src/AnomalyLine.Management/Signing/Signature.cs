using System.Text.Json;

namespace AnomalyLine.Management.Signing;

/// <summary>Who signed a list of files, or a file: JSON, an entry of the archive or a file beside.</summary>
/// <param name="PublicKey">Their public key, PEM.</param>
/// <param name="Value">Over the bytes that were signed; DER in base64.</param>
public sealed record Signature([property: System.Text.Json.Serialization.JsonPropertyName("publicKey")] string PublicKey, [property: System.Text.Json.Serialization.JsonPropertyName("signature")] byte[] Value)
{
    /// <summary>Its name in an archive, beside the manifest.</summary>
    public const string EntryName = "manifest.sig";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>In the form of a file.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>The fingerprint of whoever signed these bytes; null where this is no signature of them.</summary>
    /// <param name="signature">In the form of a file.</param>
    /// <param name="data">What was signed.</param>
    public static string? SignerOf(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize<Signature>(signature, s_json) is { } read ? SigningKey.SignerOf(data, read.PublicKey, read.Value) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
