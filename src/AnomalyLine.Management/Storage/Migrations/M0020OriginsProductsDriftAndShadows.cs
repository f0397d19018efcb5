using AnomalyLine.Management.Drift;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Training;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>Where models come from, jobs for a product, and what a restart must not forget of drift and shadows.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0020_OriginsProductsDriftAndShadows")]
internal sealed class M0020OriginsProductsDriftAndShadows : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("Origin", ModelVersionTable.Name, nullable: false, defaultValue: nameof(ModelOrigin.Trained));
        migrationBuilder.Sql($"UPDATE {ModelVersionTable.Name} SET \"Origin\" = '{nameof(ModelOrigin.Uploaded)}' WHERE \"JobId\" = 0");
        migrationBuilder.AddColumn<string>("ProductId", TrainingJobTable.Name, nullable: false, defaultValue: "");
        migrationBuilder.CreateTable(
            DriftAlarmTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                Signal = table.Column<string>(),
                Rises = table.Column<bool>(),
                Before = table.Column<double>(),
                Now = table.Column<double>(),
                Parts = table.Column<long>(),
                Time = table.Column<long>(),
                Reason = table.Column<string>(),
                Suggestion = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_drift_alarms", row => row.Id));
        migrationBuilder.CreateTable(
            ShadowCountTable.Name,
            table => new
            {
                Station = table.Column<string>(),
                Version = table.Column<string>(),
                ActiveVersion = table.Column<string>(),
                Judged = table.Column<long>(),
                Agreed = table.Column<long>(),
                Skipped = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_shadow_counts", row => row.Station));
    }
}
