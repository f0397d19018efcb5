using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Schedules;

/// <summary>Table of <see cref="TrainingSchedule"/>.</summary>
internal sealed class TrainingScheduleTable : IEntityTypeConfiguration<TrainingSchedule>
{
    /// <summary>Its name.</summary>
    public const string Name = "training_schedules";

    public void Configure(EntityTypeBuilder<TrainingSchedule> builder) => builder.ToTable(Name).HasKey(schedule => schedule.Station);
}
