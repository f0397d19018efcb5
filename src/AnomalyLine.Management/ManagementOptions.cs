using AnomalyLine.Management.Signing;
using Npgsql;

namespace AnomalyLine.Management;

/// <summary>How management keeps its data on this machine. Read once at start.</summary>
public sealed class ManagementOptions
{
    /// <summary>
    /// A PostgreSQL database, such as "Host=db;Database=anomalyline;Username=line;Password=…". Empty, the default: the file management.db in the data folder.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Free space that stays for the inspection log, bytes, at least 0: with less on the data folder's disk no further samples are kept, and the line runs on.
    /// Default 1 GiB.
    /// </summary>
    public long ReservedDiskBytes { get; set; } = 1L << 30;

    /// <summary>Frames that can wait to become samples, in bytes, at least 0; a further one is left out and counted. Default 64 MiB.</summary>
    public long CollectorQueueBytes { get; set; } = 64L << 20;

    /// <summary>Share of one core that keeping samples may take, above 0 to 1. Default 0.2.</summary>
    public double CollectorShare { get; set; } = 0.2;

    /// <summary>A file whose first line is the passphrase that backups are encrypted with, 12 characters at least; empty, the default: they are not.</summary>
    public string BackupPassphraseFile { get; set; } = "";

    /// <summary>Which model files are taken and loaded. Default: all, an unsigned one with a word in the log.</summary>
    public ModelSignatures ModelSignatures { get; set; } = ModelSignatures.Any;

    /// <summary>
    /// How long an entry of the audit stays, at least <see cref="ShortestAuditRetention"/>; then it is removed, and a signed entry says up to which one. Default none: all stay.
    /// </summary>
    public TimeSpan? AuditRetention { get; set; }

    /// <summary>The least of <see cref="AuditRetention"/>: 90 days.</summary>
    public static readonly TimeSpan ShortestAuditRetention = TimeSpan.FromDays(90);

    /// <summary>Everything that is wrong, one message each with the option's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Require(ReservedDiskBytes >= 0, $"{nameof(ReservedDiskBytes)} is {ReservedDiskBytes}; use 0 or more.");
        Require(CollectorQueueBytes >= 0, $"{nameof(CollectorQueueBytes)} is {CollectorQueueBytes}; use 0 or more.");
        Require(CollectorShare is > 0 and <= 1, $"{nameof(CollectorShare)} is {CollectorShare}; use more than 0, up to 1.");
        Require(!(AuditRetention < ShortestAuditRetention), $"{nameof(AuditRetention)} is {AuditRetention}; use {ShortestAuditRetention} or more, or leave it out to keep all.");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(ConnectionString);
            Require(ConnectionString.Length == 0 || !string.IsNullOrEmpty(connection.Host), $"{nameof(ConnectionString)} names no Host; write it like \"Host=db;Database=anomalyline;Username=line\".");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // Its text may hold a password: the message names the mistake, not the value.
            errors.Add($"{nameof(ConnectionString)} is no PostgreSQL connection string ({e.Message}); write it like \"Host=db;Database=anomalyline;Username=line\".");
        }

        return errors;

        void Require(bool holds, string error)
        {
            if (!holds) errors.Add(error);
        }
    }
}
