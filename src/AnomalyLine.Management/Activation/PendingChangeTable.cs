using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Activation;

/// <summary>Table of <see cref="PendingChange"/>.</summary>
internal sealed class PendingChangeTable : IEntityTypeConfiguration<PendingChange>
{
    /// <summary>Its name.</summary>
    public const string Name = "pending_changes";

    public void Configure(EntityTypeBuilder<PendingChange> builder)
    {
        builder.ToTable(Name).HasKey(change => change.Id);
        builder.HasIndex(change => change.Station);
    }
}
