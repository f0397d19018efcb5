namespace AnomalyLine.Management.Backup;

/// <summary>A backup cannot be made or restored; the message says why and what to do.</summary>
public sealed class BackupException : Exception
{
    /// <summary>With a general message.</summary>
    public BackupException()
        : this("The backup failed.")
    {
    }

    /// <summary>With a message.</summary>
    public BackupException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public BackupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
