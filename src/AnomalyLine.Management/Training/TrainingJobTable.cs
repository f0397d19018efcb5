using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Training;

/// <summary>Table of <see cref="TrainingJob"/>.</summary>
internal sealed class TrainingJobTable : IEntityTypeConfiguration<TrainingJob>
{
    /// <summary>Its name.</summary>
    public const string Name = "training_jobs";

    public void Configure(EntityTypeBuilder<TrainingJob> builder)
    {
        builder.ToTable(Name).HasKey(job => job.Id);
        builder.Ignore(job => job.IsOver);
        builder.HasIndex(job => job.State);
    }
}
