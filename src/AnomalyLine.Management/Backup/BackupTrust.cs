namespace AnomalyLine.Management.Backup;

/// <summary>Which backups are restored.</summary>
/// <param name="Signer">Fingerprint of the server that must have signed it; null for any.</param>
/// <param name="AcceptUnsigned">Whether one without a signature is taken, as releases before signed backups wrote them.</param>
public sealed record BackupTrust(string? Signer = null, bool AcceptUnsigned = false);
