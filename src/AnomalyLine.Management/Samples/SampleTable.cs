using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Samples;

/// <summary>Table of <see cref="Sample"/>.</summary>
internal sealed class SampleTable : IEntityTypeConfiguration<Sample>
{
    /// <summary>Its name.</summary>
    public const string Name = "samples";

    public void Configure(EntityTypeBuilder<Sample> builder)
    {
        builder.ToTable(Name).HasKey(sample => sample.Id);
        builder.HasIndex(sample => new { sample.Station, sample.Sha256 }).IsUnique();
        builder.HasIndex(sample => new { sample.Station, sample.State });
        builder.HasIndex(sample => new { sample.Station, sample.Sequence });
        builder.HasIndex(sample => sample.Sha256);
    }
}
