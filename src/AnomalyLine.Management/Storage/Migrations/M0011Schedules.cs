using AnomalyLine.Management.Schedules;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AnomalyLine.Management.Storage.Migrations;

/// <summary>When stations are trained again by themselves.</summary>
[DbContext(typeof(ManagementContext))]
[Migration("0011_Schedules")]
internal sealed class M0011Schedules : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        TrainingScheduleTable.Name,
        table => new
        {
            Station = table.Column<string>(),
            Enabled = table.Column<bool>(),
            MinuteOfDay = table.Column<int>(nullable: true),
            Weekdays = table.Column<int>(),
            AfterApproved = table.Column<int>(nullable: true),
            Method = table.Column<string>(),
            Preset = table.Column<string>(),
            BaseData = table.Column<string>(),
            MaxMinutes = table.Column<double>(nullable: true),
            CreatedBy = table.Column<string>(),
            LastTime = table.Column<long>(),
            LastJob = table.Column<long>(),
        },
        constraints: table => table.PrimaryKey("PK_training_schedules", row => row.Station));
}
