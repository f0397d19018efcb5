namespace AnomalyLine.Management.Backup;

/// <summary>The passphrase that backups are encrypted with: the first line of a file.</summary>
internal static class Passphrase
{
    private const int Shortest = 12;

    /// <summary>Reads it; null where no file is named.</summary>
    /// <exception cref="BackupException">The file cannot be read, or its first line is too short.</exception>
    public static string? Read(string file)
    {
        if (file.Length == 0) return null;
        try
        {
            var line = File.ReadLines(file).FirstOrDefault("");
            return line.Length >= Shortest ? line : throw new BackupException($"{file}: its first line has {line.Length} characters; a passphrase has {Shortest} at least.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{file}: the passphrase of backups cannot be read: {e.Message}", e);
        }
    }
}
