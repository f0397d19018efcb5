using System.CommandLine;
using System.Globalization;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Learning.Catalog;
using AnomalyLine.Learning.Methods;

namespace AnomalyLine.Cli.Commands;

/// <summary>`anomalyline jobs schedule`: when stations are trained again by themselves.</summary>
internal static class ScheduleCommand
{
    public static Command Create(Output output)
    {
        var station = new Argument<string?>("station") { Description = "The station whose schedule is set; without it all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var at = new Option<TimeOnly?>("--at") { Description = "Time of day in UTC, such as 02:30.", HelpName = "HH:MM" };
        var days = new Option<DayOfWeek[]>("--on") { Description = "Weekdays of --at, such as Monday; every day by default.", HelpName = "DAY", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var after = new Option<int?>("--after-approved") { Description = "Also after so many samples approved since the last scheduled job.", HelpName = "N" };
        var method = new Option<string>("--method") { Description = "The method; a warm start from the active model by default." }.OneOf([.. MethodCatalog.All.Select(entry => entry.Name)]);
        var preset = new Option<string>("--preset") { Description = "The options to start from.", DefaultValueFactory = _ => "balanced" }.OneOf([.. MethodDescriptor.PresetNames]);
        var baseData = new Option<string>("--base") { Description = "Folder below 'datasets' in the server's data folder that is used beside the samples.", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var minutes = new Option<double?>("--max-minutes") { Description = "Time limit of the training steps.", HelpName = "M" };
        var off = new Option<bool>("--off") { Description = "Keep the schedule but start no jobs." };
        var remove = new Option<bool>("--remove") { Description = "End the schedule; a job that it has started goes on." };
        var server = CommonOptions.Server();
        var json = CommonOptions.Json();
        var command = new Command("schedule", "Set when a station is trained again by itself; each job ends at the gate.")
        {
            station, at, days, after.Within(1, int.MaxValue), method, preset, baseData, minutes.Within(0.001, 100_000), off, remove, server, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(remove) && result.GetValue(station) is null) result.AddError("--remove needs the station whose schedule ends.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var channel = ServerChannel.Open(parsed.GetRequiredValue(server));
            var client = new TrainingService.TrainingServiceClient(channel);
            IReadOnlyList<TrainingSchedule> schedules;
            if (parsed.GetValue(station) is { } ended && parsed.GetValue(remove))
            {
                var deleted = (await client.DeleteScheduleAsync(new DeleteScheduleRequest { Station = ended }, cancellationToken: cancel)).Deleted;
                if (parsed.GetValue(json)) output.WriteJson(new { station = ended, removed = deleted });
                else await output.Result.WriteLineAsync(deleted ? $"{ended}: the schedule has ended." : $"{ended}: there was no schedule.");
                return ExitCode.Done;
            }

            if (parsed.GetValue(station) is { } name)
            {
                var schedule = new TrainingSchedule
                {
                    Station = name,
                    Enabled = !parsed.GetValue(off),
                    Weekdays = (uint)parsed.GetRequiredValue(days).Aggregate(0, (bits, day) => bits | (1 << (int)day)),
                    Method = parsed.GetValue(method) ?? "",
                    Preset = parsed.GetRequiredValue(preset),
                    BaseData = parsed.GetRequiredValue(baseData),
                };
                if (parsed.GetValue(at) is { } time) schedule.MinuteOfDay = (uint)((time.Hour * 60) + time.Minute);
                if (parsed.GetValue(after) is { } number) schedule.AfterApproved = (uint)number;
                if (parsed.GetValue(minutes) is { } limit) schedule.MaxMinutes = limit;
                schedules = [(await client.SetScheduleAsync(new SetScheduleRequest { Schedule = schedule }, cancellationToken: cancel)).Schedule];
            }
            else
            {
                schedules = (await client.ListSchedulesAsync(new ListSchedulesRequest(), cancellationToken: cancel)).Schedules;
            }

            if (parsed.GetValue(json)) output.WriteJson(new { schedules = schedules.Select(Describe) });
            else TextTable.Write(output.Result, ["STATION", "ON", "AT (UTC)", "DAYS", "AFTER APPROVED", "METHOD", "LAST", "LAST JOB"], schedules.Select(Row));
            return ExitCode.Done;
        });
        return command;
    }

    private static string At(TrainingSchedule schedule) => schedule.HasMinuteOfDay ? TimeOnly.FromTimeSpan(TimeSpan.FromMinutes(schedule.MinuteOfDay)).ToString("HH:mm", CultureInfo.InvariantCulture) : "";

    private static string Days(TrainingSchedule schedule) => !schedule.HasMinuteOfDay ? ""
        : schedule.Weekdays == 127 ? "every day"
        : string.Join(' ', Enum.GetValues<DayOfWeek>().Where(day => (schedule.Weekdays & (1u << (int)day)) != 0));

    private static IReadOnlyList<string> Row(TrainingSchedule schedule) =>
    [
        schedule.Station, schedule.Enabled ? "yes" : "no", At(schedule), Days(schedule), schedule.HasAfterApproved ? $"{schedule.AfterApproved}" : "",
        schedule.Method.Length == 0 ? "warm start" : schedule.Method, schedule.LastTime?.ToDateTimeOffset().ToString("u", CultureInfo.InvariantCulture) ?? "", schedule.LastJob == 0 ? "" : $"{schedule.LastJob}",
    ];

    private static object Describe(TrainingSchedule schedule) => new
    {
        station = schedule.Station,
        enabled = schedule.Enabled,
        at = At(schedule),
        days = Days(schedule),
        afterApproved = schedule.HasAfterApproved ? schedule.AfterApproved : (uint?)null,
        method = schedule.Method,
        lastTime = schedule.LastTime?.ToDateTimeOffset(),
        lastJob = schedule.LastJob,
    };
}
