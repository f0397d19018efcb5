using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Shadow;

/// <summary>Table of <see cref="ShadowCount"/>.</summary>
internal sealed class ShadowCountTable : IEntityTypeConfiguration<ShadowCount>
{
    /// <summary>Its name.</summary>
    public const string Name = "shadow_counts";

    public void Configure(EntityTypeBuilder<ShadowCount> builder) => builder.ToTable(Name).HasKey(count => count.Station);
}
