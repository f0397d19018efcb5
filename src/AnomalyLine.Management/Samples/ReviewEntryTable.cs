using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Samples;

/// <summary>Table of <see cref="ReviewEntry"/>.</summary>
internal sealed class ReviewEntryTable : IEntityTypeConfiguration<ReviewEntry>
{
    /// <summary>Its name.</summary>
    public const string Name = "review_entries";

    public void Configure(EntityTypeBuilder<ReviewEntry> builder)
    {
        builder.ToTable(Name).HasKey(entry => entry.Id);
        builder.HasOne<Sample>().WithMany().HasForeignKey(entry => entry.SampleId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(entry => entry.SampleId);
        builder.HasIndex(entry => new { entry.Station, entry.Sequence });
    }
}
