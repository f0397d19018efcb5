using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AnomalyLine.Management.Models;

/// <summary>Table of <see cref="GateOutcome"/>.</summary>
internal sealed class GateOutcomeTable : IEntityTypeConfiguration<GateOutcome>
{
    /// <summary>Its name.</summary>
    public const string Name = "gate_outcomes";

    public void Configure(EntityTypeBuilder<GateOutcome> builder)
    {
        builder.ToTable(Name).HasKey(outcome => outcome.Id);
        builder.HasIndex(outcome => new { outcome.Station, outcome.ProductId, outcome.Version });
    }
}
