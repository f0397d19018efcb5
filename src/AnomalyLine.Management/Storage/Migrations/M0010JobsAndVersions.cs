using AnomalyLine.Management.Models;
using AnomalyLine.Management.Training;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>Training jobs and model versions.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0010_JobsAndVersions")]
internal sealed class M0010JobsAndVersions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            TrainingJobTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                Method = table.Column<string>(),
                Preset = table.Column<string>(),
                Options = table.Column<string>(),
                WarmStart = table.Column<bool>(),
                ApprovedSince = table.Column<long>(nullable: true),
                BaseData = table.Column<string>(),
                Seed = table.Column<int>(),
                FalseRejectRate = table.Column<double>(),
                MaxMinutes = table.Column<double>(nullable: true),
                Threads = table.Column<int>(),
                CreatedBy = table.Column<string>(),
                CreationTime = table.Column<long>(),
                State = table.Column<string>(),
                StartTime = table.Column<long>(nullable: true),
                EndTime = table.Column<long>(nullable: true),
                Attempts = table.Column<int>(),
                Epoch = table.Column<int>(),
                Epochs = table.Column<int>(),
                Loss = table.Column<double>(nullable: true),
                Done = table.Column<double>(),
                LeftSeconds = table.Column<double>(),
                Message = table.Column<string>(),
                ModelVersion = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_training_jobs", row => row.Id));
        migrationBuilder.CreateIndex("IX_training_jobs_State", TrainingJobTable.Name, "State");
        migrationBuilder.CreateTable(
            ModelVersionTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Station = table.Column<string>(),
                Number = table.Column<int>(),
                Version = table.Column<string>(),
                Parent = table.Column<string>(),
                DataDigest = table.Column<string>(),
                JobId = table.Column<long>(),
                CreatedBy = table.Column<string>(),
                CreationTime = table.Column<long>(),
                Stage = table.Column<string>(),
                GateAgainst = table.Column<string>(),
                GatePasses = table.Column<bool>(nullable: true),
                GateSummary = table.Column<string>(),
                OverrideReason = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_model_versions", row => row.Id));
        migrationBuilder.CreateIndex("IX_model_versions_Station_Number", ModelVersionTable.Name, ["Station", "Number"], unique: true);
        migrationBuilder.CreateIndex("IX_model_versions_Station_Version", ModelVersionTable.Name, ["Station", "Version"], unique: true);
    }
}
