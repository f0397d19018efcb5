using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Drift;

/// <summary>Table of <see cref="DriftAlarm"/>.</summary>
internal sealed class DriftAlarmTable : IEntityTypeConfiguration<DriftAlarm>
{
    /// <summary>Its name.</summary>
    public const string Name = "drift_alarms";

    /// <summary>Its key, which the record does not have: 1, 2, 3, …, given by the database.</summary>
    public const string Id = "Id";

    public void Configure(EntityTypeBuilder<DriftAlarm> builder)
    {
        builder.ToTable(Name).Property<long>(Id).ValueGeneratedOnAdd();
        builder.HasKey(Id);
    }
}
