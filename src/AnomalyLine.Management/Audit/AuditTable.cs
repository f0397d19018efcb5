using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Audit;

/// <summary>Table of <see cref="AuditEntry"/>.</summary>
internal sealed class AuditTable : IEntityTypeConfiguration<AuditEntry>
{
    /// <summary>Its name.</summary>
    public const string Name = "audit_entries";

    private const string NoDelete = "audit_entries_no_delete", PostgresGuard = "audit_entries_guard";

    /// <summary>What makes the database refuse to delete an entry.</summary>
    public const string SqliteNoDelete =
        $"CREATE TRIGGER {NoDelete} BEFORE DELETE ON {Name} BEGIN SELECT RAISE(ABORT, 'audit entries cannot be deleted'); END";

    /// <summary>Statements that let entries go, until the transaction ends or <see cref="Guard"/>; nobody else sees the table without its guard.</summary>
    public static IReadOnlyList<string> Unguard(bool isPostgres) =>
        isPostgres ? [$"ALTER TABLE {Name} DISABLE TRIGGER {PostgresGuard}"] : [$"DROP TRIGGER IF EXISTS {NoDelete}"];

    /// <summary>The guard again.</summary>
    public static IReadOnlyList<string> Guard(bool isPostgres) => isPostgres ? [$"ALTER TABLE {Name} ENABLE TRIGGER {PostgresGuard}"] : [SqliteNoDelete];

    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable(Name).HasKey(entry => entry.Sequence);
        builder.Property(entry => entry.Sequence).ValueGeneratedNever();
        builder.HasIndex(entry => entry.Subject);
    }
}
