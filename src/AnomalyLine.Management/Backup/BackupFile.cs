namespace AnomalyLine.Management.Backup;

/// <summary>A file of a backup.</summary>
/// <param name="Name">Path in the data folder, with "/".</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
public sealed record BackupFile(string Name, long Size, string Sha256);
