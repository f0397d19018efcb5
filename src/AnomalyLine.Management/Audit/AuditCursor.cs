using System.Globalization;
using System.Text;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;

namespace AnomalyLine.Management.Audit;

/// <summary>How far somebody elsewhere has the audit: a file with the number and the hash of an entry. One thread at a time.</summary>
/// <param name="path">The file; it need not exist.</param>
public sealed class AuditCursor(string path)
{
    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The number after which to go on; 0 without a file, and null where the audit has no such entry any more, as after a restore: begin with the first one.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<Outcome<long?>> ReadAsync(AuditLog audit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(audit);
        if (!File.Exists(Path)) return 0;
        if ((await File.ReadAllTextAsync(Path, cancellation)).Trim().Split(' ') is not [var number, var hash] || !long.TryParse(number, CultureInfo.InvariantCulture, out var sequence)) return (long?)null;
        if (!(await audit.ListAsync(sequence - 1, null, 1, cancellation)).TryGet(out var entries, out var error)) return error;
        return entries is [var entry] && entry.Hash == hash ? sequence : (long?)null;
    }

    /// <summary>They have it up to this entry.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public void Write(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        PrivateFile.Write(Path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{entry.Sequence} {entry.Hash}\n")));
    }
}
