using AnomalyLine.Inspection;
using AnomalyLine.Management.Samples;
using AnomalyLine.Management.Schedules;
using AnomalyLine.Management.Tests.Storage;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Tests.Schedules;

/// <summary>Schedules on each kind of database; the clock starts on a Sunday, 2026-03-01 12:00 UTC.</summary>
public sealed class ScheduleRunTests(PostgresServer postgres)
{
    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Look_TimeOfDayHasCome_OneJobADay(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var (run, jobs) = Open(test);
        await run.SetAsync(new TrainingSchedule { Station = "s", MinuteOfDay = (13 * 60) + 30, Method = "riad", MaxMinutes = 5 }, TestDatabase.Somebody, Cancel);

        await run.LookAsync(Cancel);
        Assert.Empty((await jobs.ListAsync(null, 10, Cancel)).Value);
        test.Time.Advance(TimeSpan.FromMinutes(90));
        await run.LookAsync(Cancel);
        await run.LookAsync(Cancel);

        var job = Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value);
        Assert.Equal(("s", "riad", false, 5.0, "ann"), (job.Station, job.Method, job.WarmStart, job.MaxMinutes, job.CreatedBy));
        Assert.Equal(job.Id, Assert.Single((await run.ListAsync(Cancel)).Value).LastJob);
        await EndAsync(jobs, job);
        await run.LookAsync(Cancel);
        Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value);
        test.Time.Advance(TimeSpan.FromDays(1));
        await run.LookAsync(Cancel);
        Assert.Equal(2, (await jobs.ListAsync(null, 10, Cancel)).Value.Count);
        Assert.Contains((await test.Audit.ListAsync(0, "s", 10, Cancel)).Value, entry => entry is { Action: "schedule.set", User: "ann" });
    }

    [Fact]
    public async Task Look_JobBeforeIsNotOver_NoFurtherOne()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (run, jobs) = Open(test);
        await run.SetAsync(new TrainingSchedule { Station = "s", MinuteOfDay = 0, Method = "riad" }, TestDatabase.Somebody, Cancel);
        test.Time.Advance(TimeSpan.FromDays(1));
        await run.LookAsync(Cancel);
        test.Time.Advance(TimeSpan.FromDays(1));
        await run.LookAsync(Cancel);
        Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value);
    }

    [Fact]
    public async Task Look_EnoughSamplesApprovedSinceTheLastJob_WarmStart()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (run, jobs) = Open(test);
        await run.SetAsync(new TrainingSchedule { Station = "s", AfterApproved = 3 }, TestDatabase.Somebody, Cancel);
        test.Time.Advance(TimeSpan.FromMinutes(5));
        for (var number = 1; number <= 3; number++)
        {
            await run.LookAsync(Cancel);
            Assert.Empty((await jobs.ListAsync(null, 10, Cancel)).Value);
            await ApproveAsync(test, number);
        }

        await run.LookAsync(Cancel);
        var job = Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value);
        Assert.True(job.WarmStart);
        await EndAsync(jobs, job);
        await run.LookAsync(Cancel);
        Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void IsTime_Weekdays_OnlyOnTheirDays(int weekdays, bool expected)
    {
        // Sunday is bit 0; the schedule was set on Saturday.
        var schedule = new TrainingSchedule { Station = "s", MinuteOfDay = 600, Weekdays = weekdays, LastTime = new DateTimeOffset(2026, 2, 28, 12, 0, 0, TimeSpan.Zero) };
        Assert.Equal(expected, schedule.IsTime(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(127, 599, "2026-03-02 09:59")]
    [InlineData(127, 601, "2026-03-01 10:01")]
    [InlineData(1, 599, "2026-03-08 09:59")]
    [InlineData(64, 0, "2026-03-07 00:00")]
    public void NextTime_OnASundayAtTen_IsTheNextThatItNames(int weekdays, int minute, string expected)
    {
        var (now, schedule) = (new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero), new TrainingSchedule { Station = "s", MinuteOfDay = minute, Weekdays = weekdays });
        Assert.Equal(DateTimeOffset.Parse($"{expected}Z", System.Globalization.CultureInfo.InvariantCulture), schedule.NextTime(now));
        Assert.Null((schedule with { Enabled = false }).NextTime(now));
        Assert.Null((schedule with { MinuteOfDay = null }).NextTime(now));
    }

    [Fact]
    public async Task SetAndEnd_SomebodyElseHasSetItMeanwhile_ChangeNothing()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var (run, _) = Open(test);
        var draft = new TrainingSchedule { Station = "s", MinuteOfDay = 60, Method = "riad" };
        var nothing = new SeenSchedule(null);
        var first = (await run.SetAsync(draft, TestDatabase.Somebody, Cancel, nothing)).Value;
        var second = (await run.SetAsync(draft with { MinuteOfDay = 120 }, TestDatabase.Somebody, Cancel, new SeenSchedule(first))).Value;

        foreach (var seen in new[] { nothing, new SeenSchedule(first) })
        {
            Assert.Equal(LineErrorCode.ScheduleChanged, (await run.SetAsync(draft with { MinuteOfDay = 180 }, TestDatabase.Somebody, Cancel, seen)).Error?.Code);
            Assert.Equal(LineErrorCode.ScheduleChanged, (await run.EndAsync("s", TestDatabase.Somebody, Cancel, seen)).Error?.Code);
        }

        Assert.Equal(120, Assert.Single((await run.ListAsync(Cancel)).Value).MinuteOfDay);

        // What it has started since is no other schedule.
        Assert.True((await run.EndAsync("s", TestDatabase.Somebody, Cancel, new SeenSchedule(second with { LastJob = 7 }))).Value);
        Assert.Equal(LineErrorCode.ScheduleChanged, (await run.EndAsync("s", TestDatabase.Somebody, Cancel, new SeenSchedule(second))).Error?.Code);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Look_StationIsGone_ItsScheduleEndsWithoutAJobAndIsAudited(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var (run, jobs) = Open(test, station => station != "s");
        foreach (var station in new[] { "s", "t" }) await run.SetAsync(new TrainingSchedule { Station = station, MinuteOfDay = 13 * 60, Method = "riad" }, TestDatabase.Somebody, Cancel);
        test.Time.Advance(TimeSpan.FromMinutes(90));

        await run.LookAsync(Cancel);

        Assert.Equal("t", Assert.Single((await jobs.ListAsync(null, 10, Cancel)).Value).Station);
        Assert.Equal("t", Assert.Single((await run.ListAsync(Cancel)).Value).Station);
        Assert.Contains((await test.Audit.ListAsync(0, "s", 10, Cancel)).Value, entry => entry is { Action: "schedule.end", Origin: "server:schedule" });
        Assert.False((await run.EndAsync("s", TestDatabase.Somebody, Cancel)).Value);
    }

    [Fact]
    public async Task Set_EverythingWrong_NamesEverything()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var error = (await Open(test).Run.SetAsync(new TrainingSchedule { Station = "s", MinuteOfDay = 1440, Weekdays = 0, AfterApproved = 0, Preset = "quick" }, TestDatabase.Somebody, Cancel)).Error;
        Assert.Equal(LineErrorCode.InvalidJob, error?.Code);
        foreach (var part in new[] { "1440", "weekdays: 0", "after_approved: 0", "'quick'" }) Assert.Contains(part, error!.Message, StringComparison.Ordinal);
    }

    private static (ScheduleRun Run, JobStore Jobs) Open(TestDatabase test, Func<string, bool>? hasStation = null)
    {
        var jobs = new JobStore(test.Database, test.Audit, test.Time);
        return (new ScheduleRun(test.Database, jobs, test.Audit, hasStation ?? (_ => true), test.Time), jobs);
    }

    private static Task EndAsync(JobStore jobs, TrainingJob job) => jobs.SaveAsync(job with { State = JobState.Failed }, null, "", Cancel);

    private static async Task ApproveAsync(TestDatabase test, int number) => await test.Database.ChangeAsync<bool>(
        (context, _) =>
        {
            context.Add(new Sample { Station = "s", Sha256 = new string('0', 63) + number, State = SampleState.Approved, Label = SampleLabel.Normal, ReviewTime = test.Time.GetUtcNow() });
            return Task.FromResult<Outcome<bool>>(true);
        },
        Cancel);
}
