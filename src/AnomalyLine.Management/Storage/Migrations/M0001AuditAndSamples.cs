using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Samples;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>The audit entries, which nobody can change, and the samples.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0001_AuditAndSamples")]
internal sealed class M0001AuditAndSamples : Migration
{
    private static readonly string[] SqliteGuards =
    [
        "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit entries cannot be changed'); END",
        AuditTable.SqliteNoDelete,
    ];

    private static readonly string[] PostgresGuards =
    [
        "CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit entries cannot be changed or deleted'; END $$",
        "CREATE TRIGGER audit_entries_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()",
    ];

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            AuditTable.Name,
            table => new
            {
                Sequence = table.Column<long>(),
                Time = table.Column<long>(),
                User = table.Column<string>(),
                Origin = table.Column<string>(),
                Action = table.Column<string>(),
                Subject = table.Column<string>(),
                OldValue = table.Column<string>(),
                NewValue = table.Column<string>(),
                PreviousHash = table.Column<string>(),
                Hash = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_audit_entries", row => row.Sequence));
        migrationBuilder.CreateIndex("IX_audit_entries_Subject", AuditTable.Name, "Subject");
        foreach (var statement in migrationBuilder.ActiveProvider!.EndsWith("Sqlite", StringComparison.Ordinal) ? SqliteGuards : PostgresGuards) migrationBuilder.Sql(statement);
        migrationBuilder.CreateTable(
            SampleTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                Sha256 = table.Column<string>(),
                SizeBytes = table.Column<long>(),
                Width = table.Column<int>(),
                Height = table.Column<int>(),
                PartId = table.Column<string>(),
                CaptureTime = table.Column<long>(),
                CreationTime = table.Column<long>(),
                Reason = table.Column<string>(),
                Sequence = table.Column<long>(),
                Verdict = table.Column<string>(),
                Score = table.Column<double>(),
                Threshold = table.Column<double>(),
                ModelVersion = table.Column<string>(),
                Label = table.Column<string>(),
                Defect = table.Column<string>(),
                State = table.Column<string>(),
                ReviewedBy = table.Column<string>(),
                ReviewTime = table.Column<long>(nullable: true),
                Suspicion = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_samples", row => row.Id));
        migrationBuilder.CreateTable(
            CollectionPolicyTable.Name,
            table => new
            {
                Station = table.Column<string>(),
                Enabled = table.Column<bool>(),
                EveryNthOk = table.Column<int>(),
                AllNotOk = table.Column<bool>(),
                IntervalSeconds = table.Column<double>(),
                MaxSamples = table.Column<int>(),
                MaxBytes = table.Column<long>(),
                MaxAgeDays = table.Column<int>(),
            },
            constraints: table => table.PrimaryKey("PK_collection_policies", row => row.Station));
        migrationBuilder.CreateIndex("IX_samples_Station_Sha256", SampleTable.Name, ["Station", "Sha256"], unique: true);
        migrationBuilder.CreateIndex("IX_samples_Station_State", SampleTable.Name, ["Station", "State"]);
        migrationBuilder.CreateIndex("IX_samples_Sha256", SampleTable.Name, "Sha256");
    }
}
