using AnomalyLine.Management.Alarms;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>Alarms, and when stations raise them.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0040_Alarms")]
internal sealed class M0040Alarms : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            AlarmTable.Name,
            table => new
            {
                Id = table.Column<long>(),
                Kind = table.Column<string>(),
                Station = table.Column<string>(),
                Severity = table.Column<string>(),
                Message = table.Column<string>(),
                Occurrence = table.Column<string>(),
                FirstTime = table.Column<long>(),
                RaiseTime = table.Column<long>(),
                ClearTime = table.Column<long>(nullable: true),
                Count = table.Column<int>(),
                AcknowledgeTime = table.Column<long>(nullable: true),
                AcknowledgedBy = table.Column<string>(),
                Note = table.Column<string>(),
                ShelvedUntil = table.Column<long>(nullable: true),
                ShelvedBy = table.Column<string>(),
                EndTime = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_alarms", row => row.Id));
        migrationBuilder.CreateIndex("IX_alarms_EndTime", AlarmTable.Name, "EndTime");
        migrationBuilder.CreateTable(
            AlarmSettingsTable.Name,
            table => new
            {
                Station = table.Column<string>(),
                SilentAfter = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_alarm_settings", row => row.Station));
    }
}
