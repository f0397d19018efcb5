using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Samples;

/// <summary>Table of <see cref="CollectionPolicy"/>: stations whose policy is not the default one.</summary>
internal sealed class CollectionPolicyTable : IEntityTypeConfiguration<CollectionPolicy>
{
    /// <summary>Its name.</summary>
    public const string Name = "collection_policies";

    public void Configure(EntityTypeBuilder<CollectionPolicy> builder) => builder.ToTable(Name).HasKey(policy => policy.Station);
}
