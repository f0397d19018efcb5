using AnomalyLine.Management.Activation;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Training;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>
/// Stages and gate results by product, changes that are under way, and products of samples. A version of before belongs to the product of the job
/// that trained it;
/// which other products it has judged is in the line's log, and is brought over when the server starts.
/// </summary>
[DbContext(typeof(ManagementContext))]
[Migration("0030_ActivationByProduct")]
internal sealed class M0030ActivationByProduct : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("ProductId", SampleTable.Name, nullable: false, defaultValue: "");
        migrationBuilder.AddColumn<string>("ProductId", ModelVersionTable.Name, nullable: false, defaultValue: "");
        migrationBuilder.Sql($"""
            UPDATE {ModelVersionTable.Name} SET "ProductId" =
              coalesce((SELECT job."ProductId" FROM {TrainingJobTable.Name} job WHERE job."Id" = {ModelVersionTable.Name}."JobId"), '')
            """);
        migrationBuilder.DropIndex("IX_model_versions_Station_Number", ModelVersionTable.Name);
        migrationBuilder.DropIndex("IX_model_versions_Station_Version", ModelVersionTable.Name);
        migrationBuilder.CreateIndex("IX_model_versions_Station_ProductId_Number", ModelVersionTable.Name, ["Station", "ProductId", "Number"],
            unique: true);
        migrationBuilder.CreateIndex("IX_model_versions_Station_ProductId_Version", ModelVersionTable.Name, ["Station", "ProductId", "Version"],
            unique: true);
        migrationBuilder.CreateTable(
            GateOutcomeTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                ProductId = table.Column<string>(),
                Version = table.Column<string>(),
                Against = table.Column<string>(),
                Passes = table.Column<bool>(),
                Summary = table.Column<string>(),
                DataDigest = table.Column<string>(),
                JobId = table.Column<long>(),
                Time = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_gate_outcomes", row => row.Id));
        migrationBuilder.CreateIndex("IX_gate_outcomes_Station_ProductId_Version", GateOutcomeTable.Name, ["Station", "ProductId", "Version"]);
        migrationBuilder.Sql($"""
            INSERT INTO {GateOutcomeTable.Name} ("Station", "ProductId", "Version", "Against", "Passes", "Summary", "DataDigest", "JobId", "Time")
            SELECT "Station", "ProductId", "Version", "GateAgainst", "GatePasses", "GateSummary", '', "JobId", "CreationTime"
            FROM {ModelVersionTable.Name} WHERE "GatePasses" IS NOT NULL
            """);

        // By hand: Entity Framework would make the whole table anew on SQLite, which drops columns by itself since 3.35.
        foreach (var column in new[] { "GateAgainst", "GatePasses",
            "GateSummary" }) migrationBuilder.Sql($"ALTER TABLE {ModelVersionTable.Name} DROP COLUMN \"{column}\"");
        migrationBuilder.CreateTable(
            PendingChangeTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                ProductId = table.Column<string>(),
                Action = table.Column<string>(),
                BaseRevision = table.Column<int>(nullable: true),
                BaseProductId = table.Column<string>(),
                Overrides = table.Column<bool>(),
                Reason = table.Column<string>(),
                User = table.Column<string>(),
                Origin = table.Column<string>(),
                Time = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_pending_changes", row => row.Id));
        migrationBuilder.CreateIndex("IX_pending_changes_Station", PendingChangeTable.Name, "Station");
    }
}
