using AnomalyLine.Inspection;
using AnomalyLine.Management.Alarms;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Alarms;

/// <summary>What becomes of what is wrong, on each kind of database.</summary>
public sealed class AlarmListTests(PostgresServer postgres)
{
    private static readonly AlarmCondition s_silent = new(AlarmKind.CameraSilent, "press-1", AlarmSeverity.Critical, "No part has come for 5 min.");
    private static readonly AlarmCondition s_disk = new(AlarmKind.DiskLow, "", AlarmSeverity.Warning, "Less than 2048 MiB are free.");
    private static readonly AlarmCondition s_failed = new(AlarmKind.TrainingFailed, "press-1", AlarmSeverity.Warning, "Training job 7 failed.", "7");

    private static CancellationToken Cancel => TestDatabase.Cancel;

    [Fact]
    public async Task Look_ComesAndGoes_OneAlarmThatCounts()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        var first = test.Time.GetUtcNow();
        alarms.Look([s_silent]);
        alarms.Look([s_silent]);
        test.Time.Advance(TimeSpan.FromMinutes(1));
        alarms.Look([]);
        test.Time.Advance(TimeSpan.FromMinutes(1));
        alarms.Look([s_silent]);

        var alarm = Assert.Single(alarms.Open);
        Assert.Equal((first, first + TimeSpan.FromMinutes(2), 2, true), (alarm.FirstTime, alarm.RaiseTime, alarm.Count, alarm.IsActive));
        Assert.Equal((1, AlarmSeverity.Critical), alarms.Calls());
        test.Time.Advance(TimeSpan.FromMinutes(1));
        alarms.Look([]);
        Assert.Equal(test.Time.GetUtcNow(), Assert.Single(alarms.Open).ClearTime);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Restart_AlarmGoesOnAsTheSame_WithWhoAcknowledgedIt(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var before = Open(test);
        before.Look([s_silent, s_disk]);
        await before.KeepAsync(Cancel);
        var id = before.Open.Single(alarm => alarm.Kind == AlarmKind.CameraSilent).Id;
        Assert.True((await before.AcknowledgeAsync(id, "cable", TestDatabase.Somebody, Cancel)).TryGet(out _, out _));

        var after = Open(test);
        await after.KeepAsync(Cancel);
        after.Look([s_silent]);

        var alarm = after.Open.Single(alarm => alarm.Kind == AlarmKind.CameraSilent);
        Assert.Equal((id, "ann", "cable", 1, true), (alarm.Id, alarm.AcknowledgedBy, alarm.Note, alarm.Count, alarm.IsActive));
        Assert.False(after.Open.Single(alarm => alarm.Kind == AlarmKind.DiskLow).IsActive);
        Assert.Equal((1, AlarmSeverity.Warning), after.Calls());
        Assert.Contains((await test.Audit.ListAsync(0, "CameraSilent press-1", 10, Cancel)).Value, entry => entry is { Action: "alarm.acknowledge", User: "ann" } && entry.NewValue.Contains("cable", StringComparison.Ordinal));

        // Over once it is gone, too; the next one is another one.
        after.Look([]);
        await after.KeepAsync(Cancel);
        Assert.DoesNotContain(after.Open, open => open.Id == id);
        Assert.Equal(id, Assert.Single((await after.ListEndedAsync(long.MaxValue, 10, Cancel)).Value).Id);
        after.Look([s_silent]);
        Assert.NotEqual(id, after.Open.Single(open => open.Kind == AlarmKind.CameraSilent).Id);
    }

    [Fact]
    public async Task Load_AfterTheFirstLook_GoesOnAsTheOneFromBefore()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var before = Open(test);
        before.Look([s_silent]);
        await before.KeepAsync(Cancel);

        var after = Open(test);
        test.Time.Advance(TimeSpan.FromMinutes(3));
        after.Look([s_silent]);
        await after.KeepAsync(Cancel);
        Assert.Equal(before.Open.Single(), after.Open.Single());
    }

    [Fact]
    public async Task Acknowledge_ByTwoPeople_TheSecondIsTold()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        alarms.Look([s_silent]);
        var id = alarms.Open.Single().Id;
        var both = await Task.WhenAll(
            alarms.AcknowledgeAsync(id, "", TestDatabase.Somebody, Cancel), alarms.AcknowledgeAsync(id, "mine", new Caller("bert", "console"), Cancel));
        Assert.Equal(LineErrorCode.AlarmChanged, Assert.Single(both, outcome => outcome.Error is not null).Error!.Code);
        Assert.Equal(LineErrorCode.AlarmNotFound, (await alarms.AcknowledgeAsync(id + 1, "", TestDatabase.Somebody, Cancel)).Error!.Code);
        Assert.Equal(LineErrorCode.InvalidAlarm, (await alarms.AcknowledgeAsync(id, "two\nlines", TestDatabase.Somebody, Cancel)).Error!.Code);
    }

    [Fact]
    public async Task Look_BecomesWorse_CallsForSomebodyAgain()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        alarms.Look([s_disk]);
        await alarms.AcknowledgeAsync(alarms.Open.Single().Id, "", TestDatabase.Somebody, Cancel);
        Assert.Equal(0, alarms.Calls().Count);
        alarms.Look([s_disk with { Severity = AlarmSeverity.Critical, Message = "Less than 1024 MiB are free." }]);
        Assert.Equal((1, AlarmSeverity.Critical), alarms.Calls());
        Assert.Equal(1, alarms.Open.Single().Count);
    }

    [Fact]
    public async Task Shelve_ForAnHour_CallsForNobodyUntilThen()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        alarms.Look([s_silent]);
        var id = alarms.Open.Single().Id;
        Assert.Equal(LineErrorCode.InvalidAlarm, (await alarms.ShelveAsync(id, TimeSpan.FromDays(8), "", TestDatabase.Somebody, Cancel)).Error!.Code);
        await alarms.ShelveAsync(id, TimeSpan.FromHours(1), "repair", TestDatabase.Somebody, Cancel);
        await alarms.AcknowledgeAsync(id, "", TestDatabase.Somebody, Cancel);

        // A shelved one is not over, or it would come back as another one in the middle of the repair.
        alarms.Look([]);
        alarms.Look([s_silent]);
        Assert.Equal(id, alarms.Open.Single().Id);
        Assert.Equal(0, alarms.Calls().Count);
        Assert.Empty(alarms.ActiveOf("press-1"));
        test.Time.Advance(TimeSpan.FromHours(1));
        var changed = alarms.Changed;
        alarms.Look([s_silent]);
        Assert.True(changed.IsCompleted);
        Assert.Equal(1, alarms.Calls().Count);
        Assert.Single(alarms.ActiveOf("press-1"));
    }

    [Fact]
    public async Task Event_Acknowledged_IsOverAndStaysSo()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        alarms.Look([s_failed]);
        await alarms.AcknowledgeAsync(alarms.Open.Single().Id, "", TestDatabase.Somebody, Cancel);
        alarms.Look([s_failed]);
        Assert.Empty(alarms.Open);
        await alarms.KeepAsync(Cancel);

        var after = Open(test);
        await after.KeepAsync(Cancel);
        after.Look([s_failed]);
        Assert.Empty(after.Open);
        after.Look([s_failed with { Occurrence = "8", Message = "Training job 8 failed." }]);
        Assert.Single(after.Open);
    }

    [Fact]
    public async Task Settings_OfAStation_AreKeptAndChecked()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var alarms = Open(test);
        Assert.Equal(LineErrorCode.InvalidAlarm, (await alarms.SetSettingsAsync(new() { Station = "press-1", SilentAfter = TimeSpan.FromSeconds(1) }, TestDatabase.Somebody, Cancel)).Error!.Code);
        await alarms.SetSettingsAsync(new() { Station = "press-1", SilentAfter = TimeSpan.FromSeconds(30) }, TestDatabase.Somebody, Cancel);
        await alarms.SetSettingsAsync(new() { Station = "press-1", SilentAfter = TimeSpan.Zero }, TestDatabase.Somebody, Cancel);
        var after = Open(test);
        await after.KeepAsync(Cancel);
        Assert.Equal(TimeSpan.Zero, after.SilentAfter("press-1"));
        Assert.Null(after.SilentAfter("press-2"));
    }

    private static AlarmList Open(TestDatabase test) => new(test.Database, test.Audit, test.Time, NullLogger<AlarmList>.Instance);
}
