using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Alarms;

/// <summary>Table of <see cref="AlarmSettings"/>.</summary>
internal sealed class AlarmSettingsTable : IEntityTypeConfiguration<AlarmSettings>
{
    /// <summary>Its name.</summary>
    public const string Name = "alarm_settings";

    public void Configure(EntityTypeBuilder<AlarmSettings> builder)
    {
        builder.ToTable(Name).HasKey(settings => settings.Station);
        builder.Property(settings => settings.SilentAfter).HasConversion(new Microsoft.EntityFrameworkCore.Storage.ValueConversion.TimeSpanToTicksConverter());
    }
}
