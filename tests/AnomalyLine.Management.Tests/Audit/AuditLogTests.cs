using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Tests.Audit;

/// <summary>The chain of changes, on each kind of database.</summary>
public sealed class AuditLogTests(PostgresServer postgres)
{
    [Fact]
    public void ComputeHash_KnownEntry_AsASecondProgramComputesIt()
    {
        var entry = new AuditEntry
        {
            Sequence = 1,
            Time = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            User = "ann",
            Origin = "ipv4:192.0.2.7:5000",
            Action = "station.create",
            Subject = "préss-1",
            OldValue = "",
            NewValue = """{"name":"press-1"}""",
            PreviousHash = AuditEntry.NoHash,
        };

        // printf '1:1,28:2026-03-01T12:00:00.0000000Z,3:ann,19:ipv4:192.0.2.7:5000,14:station.create,8:préss-1,0:,18:{"name":"press-1"},64:0000…,' | sha256sum
        Assert.Equal("05acdc2307c09856988dad613c46f383c57eea488b7df2ef9cbcff41b8562c41", entry.ComputeHash());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Append_TwoChanges_ChainedWithWhoWhatWhenFromWhereOldAndNew(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);

        await test.Audit.AppendAsync(TestDatabase.Somebody, "station.create", "press-1", null, new { Name = "press-1" }, TestDatabase.Cancel);
        await test.Audit.AppendAsync(TestDatabase.Somebody, "recipe.activate", "press-1", new { Threshold = 0.5f }, new { Threshold = 0.25f }, TestDatabase.Cancel);

        var entries = (await test.Audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value;
        Assert.Equal([1L, 2L], entries.Select(entry => entry.Sequence));
        Assert.Equal(entries[0].Hash, entries[1].PreviousHash);
        Assert.Equal(("ann", "ipv4:192.0.2.7:5000", "recipe.activate", "press-1"), (entries[1].User, entries[1].Origin, entries[1].Action, entries[1].Subject));
        Assert.Equal(("""{"threshold":0.5}""", """{"threshold":0.25}"""), (entries[1].OldValue, entries[1].NewValue));
        Assert.Equal(test.Time.GetUtcNow(), entries[1].Time);
        Assert.Equal(new AuditCheck(2, entries[1].Hash, null, ""), (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value);
    }

    /// <summary>What somebody with every right on the database can do to the chain.</summary>
    [Theory]
    [InlineData("rewritten", "is not the one that was sealed")]
    [InlineData("cut off", "5 entries were sealed")]
    [InlineData("emptied", "5 entries were sealed")]
    [InlineData("seal of another key", "is not the server's")]
    [InlineData("seal taken away", "is missing")]
    [InlineData("key taken away", "is missing")]
    public async Task Verify_ChainWrittenAnewWithoutTheKey_IsFound(string attack, string because)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var audit = new AuditLog(test.Database, test.Time, new AuditSeal(test.Folder, NullLogger<AuditSeal>.Instance));
        for (var i = 1; i <= 5; i++) Assert.Null((await audit.AppendAsync(TestDatabase.Somebody, "key.add", i == 3 ? "evil" : $"camera-{i}", null, null, TestDatabase.Cancel)).Error);
        Assert.Equal((5, null), ((await audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries, (await audit.VerifyAsync(TestDatabase.Cancel)).Value.FirstBroken));
        var entries = (await audit.ListAsync(0, null, 10, TestDatabase.Cancel)).Value;

        foreach (var trigger in await TriggersAsync(test)) Assert.Null(await test.RunSqlAsync($"DROP TRIGGER \"{trigger}\""));
        var (seal, key) = (Path.Combine(test.Folder, AuditSeal.FileName), Path.Combine(test.Folder, AuditSeal.KeyFileName));
        if (attack == "rewritten") await RewriteAsync(test, entries);
        if (attack == "cut off") Assert.Null(await test.RunSqlAsync("DELETE FROM audit_entries WHERE \"Sequence\" > 3"));
        if (attack == "emptied") Assert.Null(await test.RunSqlAsync("DELETE FROM audit_entries"));
        if (attack == "seal of another key") await File.WriteAllTextAsync(seal, $"5:{entries[4].Hash}:{AuditEntry.NoHash}", TestDatabase.Cancel);
        if (attack == "seal taken away") File.Delete(seal);
        if (attack == "key taken away") File.Delete(key);

        var check = (await audit.VerifyAsync(TestDatabase.Cancel)).Value;
        Assert.NotNull(check.FirstBroken);
        Assert.Contains(because, check.Reason, StringComparison.Ordinal);
    }

    /// <summary>Another subject for the third entry, and the hashes from there on computed again.</summary>
    private static async Task RewriteAsync(TestDatabase test, IReadOnlyList<AuditEntry> entries)
    {
        var previous = entries[1].Hash;
        foreach (var entry in entries.Skip(2))
        {
            var changed = entry with { Subject = entry.Subject == "evil" ? "camera-7" : entry.Subject, PreviousHash = previous };
            previous = changed.ComputeHash();
            Assert.Null(await test.RunSqlAsync($"UPDATE audit_entries SET \"Subject\" = '{changed.Subject}', \"PreviousHash\" = '{changed.PreviousHash}', \"Hash\" = '{previous}' WHERE \"Sequence\" = {changed.Sequence}"));
        }
    }

    private static async Task<IReadOnlyList<string>> TriggersAsync(TestDatabase test) => (await test.Database.ReadAsync<IReadOnlyList<string>>(
        async (context, cancel) => await context.Database.SqlQueryRaw<string>("SELECT name AS Value FROM sqlite_master WHERE type = 'trigger'").ToListAsync(cancel), TestDatabase.Cancel)).Value;

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "UPDATE audit_entries SET \"User\" = 'bob' WHERE \"Sequence\" = 2")]
    [InlineData(DatabaseKind.Sqlite, "DELETE FROM audit_entries WHERE \"Sequence\" = 2")]
    [InlineData(DatabaseKind.Postgres, "UPDATE audit_entries SET \"User\" = 'bob' WHERE \"Sequence\" = 2")]
    [InlineData(DatabaseKind.Postgres, "DELETE FROM audit_entries WHERE \"Sequence\" = 2")]
    [InlineData(DatabaseKind.Postgres, "TRUNCATE audit_entries")]
    public async Task Entry_ChangedOrDeletedByStatement_Refused(DatabaseKind kind, string statement)
    {
        await using var test = await TestDatabase.CreateAsync(kind, postgres);
        await AppendAsync(test, 3);

        Assert.Contains("cannot be", await test.RunSqlAsync(statement), StringComparison.Ordinal);
        Assert.Equal(3, (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value.Entries);
    }

    [Theory]
    [InlineData("UPDATE audit_entries SET \"User\" = 'bob' WHERE \"Sequence\" = 2", 2L, "was changed")]
    [InlineData("UPDATE audit_entries SET \"Time\" = \"Time\" + 1 WHERE \"Sequence\" = 3", 3L, "was changed")]
    [InlineData("UPDATE audit_entries SET \"Hash\" = 'x' WHERE \"Sequence\" = 1", 1L, "was changed")]
    [InlineData("UPDATE audit_entries SET \"PreviousHash\" = 'x' WHERE \"Sequence\" = 4", 4L, "does not follow")]
    [InlineData("DELETE FROM audit_entries WHERE \"Sequence\" = 2", 2L, "is missing")]
    public async Task Verify_SomebodyTookTheGuardAwayAndChanged_NamesTheFirstBrokenEntry(string statement, long first, string reason)
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await AppendAsync(test, 5);
        Assert.Null(await test.RunSqlAsync("DROP TRIGGER audit_entries_no_update"));
        Assert.Null(await test.RunSqlAsync("DROP TRIGGER audit_entries_no_delete"));
        Assert.Null(await test.RunSqlAsync(statement));

        var check = (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value;

        Assert.Equal((first, first - 1), (check.FirstBroken, check.Entries));
        Assert.Contains(reason, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_LastEntriesCutOff_HeadDiffersFromTheOneThatWasNoted()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await AppendAsync(test, 5);
        var noted = (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value;
        await test.RunSqlAsync("DROP TRIGGER audit_entries_no_delete");
        await test.RunSqlAsync("DELETE FROM audit_entries WHERE \"Sequence\" = 5");

        var check = (await test.Audit.VerifyAsync(TestDatabase.Cancel)).Value;

        Assert.Null(check.FirstBroken);
        Assert.NotEqual((noted.Entries, noted.Head), (check.Entries, check.Head));
    }

    private static async Task AppendAsync(TestDatabase test, int count)
    {
        for (var i = 1; i <= count; i++)
            Assert.Null((await test.Audit.AppendAsync(TestDatabase.Somebody, "sample.review", $"{i}", null, new { i }, TestDatabase.Cancel)).Error);
    }
}
