using System.Text.Json.Serialization;

namespace AnomalyLine.Management.Backup;

/// <summary>What a backup holds; its last entry, so that a backup that was cut off has none.</summary>
/// <param name="Format">Version of the form: 2 since it is signed.</param>
/// <param name="CreationTime">When it was made (UTC).</param>
/// <param name="AuditEntries">Entries of the audit.</param>
/// <param name="AuditHead">Hash of the last of them.</param>
/// <param name="Files">All files.</param>
public sealed record BackupManifest(int Format, DateTimeOffset CreationTime, long AuditEntries, string AuditHead, IReadOnlyList<BackupFile> Files)
{
    /// <summary>The form that this program writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 2;

    /// <summary>Its name in the archive.</summary>
    public const string Name = "manifest.json";

    /// <summary>Fingerprint of the server that signed it; empty for none.</summary>
    [JsonIgnore]
    public string Signer { get; init; } = "";
}
