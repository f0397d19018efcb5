using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Samples;

/// <summary>Table of <see cref="DefectKind"/>.</summary>
internal sealed class DefectKindTable : IEntityTypeConfiguration<DefectKind>
{
    /// <summary>Its name.</summary>
    public const string Name = "defect_kinds";

    public void Configure(EntityTypeBuilder<DefectKind> builder) => builder.ToTable(Name).HasKey(kind => kind.Name);
}
