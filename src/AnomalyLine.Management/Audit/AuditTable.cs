using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Audit;

/// <summary>Table of <see cref="AuditEntry"/>.</summary>
internal sealed class AuditTable : IEntityTypeConfiguration<AuditEntry>
{
    /// <summary>Its name.</summary>
    public const string Name = "audit_entries";

    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable(Name).HasKey(entry => entry.Sequence);
        builder.Property(entry => entry.Sequence).ValueGeneratedNever();
        builder.HasIndex(entry => entry.Subject);
    }
}
