using AnomalyLine.Detection;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Backup;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Audit;

/// <summary>Old entries of the audit that go, and the signed entry that stays in their place.</summary>
public sealed class AuditCutTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Cut_OldEntries_GoAndTheChainBehindThemIsWhole(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var audit = Open(test);
        await AppendAsync(test, audit, 10);

        // Each is an hour old, but for the last four.
        Assert.Equal(6, (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);

        var entries = (await audit.ListAsync(0, null, 100, TestDatabase.Cancel)).Value;
        Assert.Equal([7L, 8L, 9L, 10L, 11L], entries.Select(entry => entry.Sequence));
        Assert.Equal(("audit.cut", "server:audit"), (entries[^1].Action, entries[^1].Origin));
        Assert.Contains($"\"through\":6,\"hash\":\"{entries[0].PreviousHash}\"", entries[^1].NewValue, StringComparison.Ordinal);
        Assert.Equal(new AuditCheck(11, entries[^1].Hash, null, "", 6), (await audit.VerifyAsync(TestDatabase.Cancel)).Value);

        // The guard is there again, on what is left and on what comes.
        foreach (var statement in (string[])["DELETE FROM audit_entries WHERE \"Sequence\" = 7", "UPDATE audit_entries SET \"User\" = 'bob'"])
            Assert.Contains("cannot be", await test.RunSqlAsync(statement), StringComparison.Ordinal);
        Assert.Equal(0, (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);

        // Again, beyond the entry that says of the first cut; a server that starts anew knows both.
        await AppendAsync(test, audit, 5);
        Assert.Equal(6, (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);
        var check = (await Open(test).VerifyAsync(TestDatabase.Cancel)).Value;
        Assert.Equal((17, null, 12), (check.Entries, check.FirstBroken, check.RemovedThrough));
    }

    [Fact]
    public async Task Cut_WhatMustStay_Stays()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var audit = Open(test);
        Assert.Equal(0, (await audit.CutAsync(test.Time.GetUtcNow(), long.MaxValue, TestDatabase.Cancel)).Value);
        await AppendAsync(test, audit, 5);
        test.Time.Advance(TimeSpan.FromDays(100));

        Assert.Equal(0, (await audit.CutAsync(test.Time.GetUtcNow(), 0, TestDatabase.Cancel)).Value);
        Assert.Equal(2, (await audit.CutAsync(test.Time.GetUtcNow(), 3, TestDatabase.Cancel)).Value);
        Assert.Equal([3L, 4L, 5L, 6L], (await audit.ListAsync(0, null, 100, TestDatabase.Cancel)).Value.Select(entry => entry.Sequence));

        // The newest always stays: the next number and hash follow from it.
        test.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, (await audit.CutAsync(test.Time.GetUtcNow(), long.MaxValue, TestDatabase.Cancel)).Value);
        Assert.Equal((7, null), ((await audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries, (await audit.VerifyAsync(TestDatabase.Cancel)).Value.FirstBroken));
    }

    /// <summary>What somebody with every right on the database, but not on the data folder, can do.</summary>
    [Theory]
    [InlineData("DELETE FROM audit_entries WHERE \"Sequence\" <= 7", 1L, "entries 1 to 7 are missing, and no cut there is signed")]
    [InlineData("DELETE FROM audit_entries WHERE \"Sequence\" = 8", 8L, "entry 8 is missing")]
    [InlineData("DELETE FROM audit_entries WHERE \"Sequence\" >= 13", 13L, "entry 13 is missing: 13 entries were sealed")]
    [InlineData("UPDATE audit_entries SET \"NewValue\" = replace(\"NewValue\", '\"through\":6', '\"through\":7') WHERE \"Sequence\" = 11", 1L, "no cut there is signed")]
    [InlineData("UPDATE audit_entries SET \"PreviousHash\" = 'x' WHERE \"Sequence\" = 7", 1L, "no cut there is signed")]
    [InlineData("UPDATE audit_entries SET \"NewValue\" = 'null' WHERE \"Sequence\" = 11", 1L, "no cut there is signed")]
    [InlineData("UPDATE audit_entries SET \"NewValue\" = replace(\"NewValue\", '\"signature\":\"M', '\"signature\":\"N') WHERE \"Sequence\" = 11", 1L, "the signature of the cut there is not its own")]
    public async Task Verify_MoreTakenOutThanWasCut_IsFound(string statement, long first, string reason)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var audit = Open(test);
        await AppendAsync(test, audit, 10);
        Assert.Equal(6, (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);
        await AppendAsync(test, audit, 2);
        await DropGuardsAsync(test);
        Assert.Null(await test.RunSqlAsync(statement));

        var check = (await audit.VerifyAsync(TestDatabase.Cancel)).Value;

        Assert.Equal(first, check.FirstBroken);
        Assert.Contains(reason, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_CutOfAStrangersKey_IsFound()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await AppendAsync(test, Open(test), 10);
        using var elsewhere = new TemporaryFolder();
        var stranger = new AuditLog(test.Database, test.Time, cuts: new AuditCuts(elsewhere[""], Trusting(elsewhere[""], test)));
        Assert.Equal(6, (await stranger.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);

        var check = (await Open(test).VerifyAsync(TestDatabase.Cancel)).Value;

        Assert.Equal(1, check.FirstBroken);
        Assert.Contains("whom this server does not trust", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_OfAChainThatIsNotWhole_IsRefused()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var audit = Open(test);
        await AppendAsync(test, audit, 10);
        await DropGuardsAsync(test);
        Assert.Null(await test.RunSqlAsync("DELETE FROM audit_entries WHERE \"Sequence\" = 2"));

        var error = (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Error;

        Assert.Contains("entry 2 is missing", error?.Message, StringComparison.Ordinal);
        Assert.Equal(9, (await audit.ListAsync(0, null, 100, TestDatabase.Cancel)).Value.Count);
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Restore_OfACutAudit_IsWholeThereAndIsCutOnWithAnotherKey(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        var audit = Open(test);
        await AppendAsync(test, audit, 10);
        Assert.Equal(6, (await audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(4), long.MaxValue, TestDatabase.Cancel)).Value);
        using var folder = new TemporaryFolder();

        var restored = await BackUpAndRestoreAsync(test, folder, kind is DatabaseKind.Postgres ? await postgres.CreateDatabaseAsync() : "");

        await using var database = restored.Database;
        var check = (await restored.Audit.VerifyAsync(TestDatabase.Cancel)).Value;
        Assert.Equal((11, null, 6), (check.Entries, check.FirstBroken, check.RemovedThrough));
        Assert.Equal((check.Entries, check.Head), (restored.Manifest.AuditEntries, restored.Manifest.AuditHead));
        Assert.NotEqual(await File.ReadAllTextAsync(Path.Combine(test.Folder, SigningKey.FileName), TestDatabase.Cancel), await File.ReadAllTextAsync(folder["data/signing.key"], TestDatabase.Cancel));
        Assert.Equal(2, (await restored.Audit.CutAsync(test.Time.GetUtcNow() - TimeSpan.FromHours(2), long.MaxValue, TestDatabase.Cancel)).Value);
        Assert.Null((await restored.Audit.VerifyAsync(TestDatabase.Cancel)).Value.FirstBroken);
    }

    [Fact]
    public async Task Restore_OfAnAuditThatWasWrittenAnew_IsNotWholeThereEither()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var audit = Open(test);
        await AppendAsync(test, audit, 3);
        await DropGuardsAsync(test);
        var last = (await audit.ListAsync(2, null, 1, TestDatabase.Cancel)).Value[0] with { Subject = "harmless" };
        Assert.Null(await test.RunSqlAsync($"UPDATE audit_entries SET \"Subject\" = 'harmless', \"Hash\" = '{last.ComputeHash()}' WHERE \"Sequence\" = 3"));
        using var folder = new TemporaryFolder();

        var restored = await BackUpAndRestoreAsync(test, folder, "");

        await using var database = restored.Database;
        Assert.Contains("is not the one that was sealed", (await restored.Audit.VerifyAsync(TestDatabase.Cancel)).Value.Reason, StringComparison.Ordinal);
    }

    private static AuditLog Open(TestDatabase test) => new(test.Database, test.Time, new AuditSeal(test.Folder, NullLogger<AuditSeal>.Instance), cuts: new AuditCuts(test.Folder, Trusting(test.Folder, test)));

    private static TrustedSigners Trusting(string folder, TestDatabase test)
    {
        using var key = SigningKey.Open(folder);
        var signers = new TrustedSigners(folder);
        signers.TrustOwn(key.Fingerprint, test.Time);
        return signers;
    }

    private static async Task<(AuditLog Audit, ManagementDatabase Database, BackupManifest Manifest)> BackUpAndRestoreAsync(TestDatabase test, TemporaryFolder folder, string connection)
    {
        await using (await Line.OpenAsync(
            new LineOptions { DataFolder = test.Folder, LogDurability = LogDurability.Normal }, _ => new IdentityDetector(new Imaging.InputSpec(16, 16, 1)), TimeProvider.System, NullLoggerFactory.Instance, TestDatabase.Cancel))
        {
        }

        await BackupWriter.WriteAsync(test.Folder, test.Options, folder["line.backup"], test.Time, TestDatabase.Cancel);
        var options = new ManagementOptions { ConnectionString = connection };
        var manifest = await BackupReader.RestoreAsync(folder["line.backup"], folder["data"], options, new BackupTrust(), TestDatabase.Cancel);
        var database = new ManagementDatabase(options, folder["data"], NullLogger<ManagementDatabase>.Instance);
        var seal = new AuditSeal(folder["data"], NullLogger<AuditSeal>.Instance);
        return (new AuditLog(database, test.Time, seal, cuts: new AuditCuts(folder["data"], Trusting(folder["data"], test))), database, manifest);
    }

    private static async Task DropGuardsAsync(TestDatabase test)
    {
        foreach (var trigger in (string[])["audit_entries_no_update", "audit_entries_no_delete"]) Assert.Null(await test.RunSqlAsync($"DROP TRIGGER {trigger}"));
    }

    /// <summary>Entries an hour apart; after the last one an hour passes, too.</summary>
    private static async Task AppendAsync(TestDatabase test, AuditLog audit, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Assert.Null((await audit.AppendAsync(TestDatabase.Somebody, "sample.review", $"{i}", null, new { i }, TestDatabase.Cancel)).Error);
            test.Time.Advance(TimeSpan.FromHours(1));
        }
    }
}
