using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Storage;

/// <summary>
/// One unit of work on the management database. Tables are what the <see cref="IEntityTypeConfiguration{TEntity}"/>s of this assembly say; each lies beside
/// its record. Instants are kept as <see cref="UtcTicks"/>, enums by name, so that both kinds of databases hold the same.
/// </summary>
/// <param name="options">Which database.</param>
internal sealed class ManagementContext(DbContextOptions<ManagementContext> options) : DbContext(options)
{
    /// <summary>Whether it is PostgreSQL; else SQLite.</summary>
    public bool IsPostgres => Database.ProviderName == "Npgsql.EntityFrameworkCore.PostgreSQL";

    /// <summary>What to do once the change is committed; nothing where it is not.</summary>
    public Action? Committed { get; set; }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.ApplyConfigurationsFromAssembly(typeof(ManagementContext).Assembly);
}
