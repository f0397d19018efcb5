using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Backup;

/// <summary>Failures of the database as failures of the backup.</summary>
internal static class BackupOutcome
{
    public static T OrThrow<T>(this Outcome<T> outcome) => outcome.TryGet(out var value, out var error) ? value : throw new BackupException(error.Message);
}
