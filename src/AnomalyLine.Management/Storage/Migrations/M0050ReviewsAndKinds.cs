using AnomalyLine.Management.Samples;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>What people said of samples, and the plant's kinds of defect.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0050_ReviewsAndKinds")]
internal sealed class M0050ReviewsAndKinds : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            ReviewEntryTable.Name,
            table => new
            {
                Id = table.Column<long>().Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                SampleId = table.Column<long>(),
                Station = table.Column<string>(),
                Sequence = table.Column<long>(),
                Time = table.Column<long>(),
                User = table.Column<string>(),
                State = table.Column<string>(),
                Label = table.Column<string>(),
                Defect = table.Column<string>(),
                Comment = table.Column<string>(),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_review_entries", row => row.Id);
                table.ForeignKey("FK_review_entries_samples", row => row.SampleId, SampleTable.Name, "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("IX_review_entries_SampleId", ReviewEntryTable.Name, "SampleId");
        migrationBuilder.CreateIndex("IX_review_entries_Station_Sequence", ReviewEntryTable.Name, ["Station", "Sequence"]);
        migrationBuilder.CreateIndex("IX_samples_Station_Sequence", SampleTable.Name, ["Station", "Sequence"]);
        migrationBuilder.CreateTable(
            DefectKindTable.Name,
            table => new
            {
                Name = table.Column<string>(),
                CreationTime = table.Column<long>(),
                CreatedBy = table.Column<string>(),
            },
            constraints: table => table.PrimaryKey("PK_defect_kinds", row => row.Name));

        // What was said before, as far as the samples still tell.
        migrationBuilder.Sql(
            $"INSERT INTO {ReviewEntryTable.Name} (\"SampleId\", \"Station\", \"Sequence\", \"Time\", \"User\", \"State\", \"Label\", \"Defect\", \"Comment\") "
            + $"SELECT \"Id\", \"Station\", 0, \"ReviewTime\", \"ReviewedBy\", \"State\", \"Label\", \"Defect\", '' FROM {SampleTable.Name} WHERE \"ReviewTime\" IS NOT NULL");
    }
}
