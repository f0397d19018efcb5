using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Alarms;

/// <summary>Table of <see cref="Alarm"/>.</summary>
internal sealed class AlarmTable : IEntityTypeConfiguration<Alarm>
{
    /// <summary>Its name.</summary>
    public const string Name = "alarms";

    public void Configure(EntityTypeBuilder<Alarm> builder)
    {
        builder.ToTable(Name).HasKey(alarm => alarm.Id);
        builder.HasIndex(alarm => alarm.EndTime);
        builder.Property(alarm => alarm.Id).ValueGeneratedNever();
        builder.Ignore(alarm => alarm.IsActive).Ignore(alarm => alarm.IsAcknowledged);
    }
}
