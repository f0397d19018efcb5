using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Models;

/// <summary>Table of <see cref="ModelVersion"/>.</summary>
internal sealed class ModelVersionTable : IEntityTypeConfiguration<ModelVersion>
{
    /// <summary>Its name.</summary>
    public const string Name = "model_versions";

    public void Configure(EntityTypeBuilder<ModelVersion> builder)
    {
        builder.ToTable(Name).HasKey(version => version.Id);
        builder.Ignore(version => version.Gate);
        builder.HasIndex(version => new { version.Station, version.ProductId, version.Number }).IsUnique();
        builder.HasIndex(version => new { version.Station, version.ProductId, version.Version }).IsUnique();
    }
}
