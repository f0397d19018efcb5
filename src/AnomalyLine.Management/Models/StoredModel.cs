using System.Text.Json.Serialization;
using AnomalyLine.Detection.Models;

namespace AnomalyLine.Management.Models;

/// <summary>An immutable model file in the <see cref="ModelStore"/>.</summary>
/// <param name="Version">Method and the first 12 hex digits of <paramref name="Sha256"/>, such as "riad-0123456789ab".</param>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hex digits.</param>
/// <param name="SizeBytes">Size of the file.</param>
/// <param name="Manifest">What the file says of itself.</param>
public sealed record StoredModel(string Version, string Sha256, long SizeBytes, ModelManifest Manifest)
{
    /// <summary>Most characters of a label.</summary>
    public const int MaxLabelLength = 64;

    /// <summary>What people call it, at most <see cref="MaxLabelLength"/> characters; empty for nothing.</summary>
    public string Label { get; init; } = "";

    /// <summary>Fingerprint of whoever signed the file when it was stored; empty for nobody, as in records of earlier releases.</summary>
    public string Signer { get; init; } = "";

    /// <summary>When it was trained.</summary>
    [JsonIgnore]
    public DateTimeOffset CreationTime => Manifest.CreationTime;
}
