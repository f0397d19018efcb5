using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests.Access;

/// <summary>Files of users and keys that another program changes.</summary>
public sealed class AccountEditsTests
{
    [Fact]
    public async Task Edit_OfTheFilesByAnotherProgram_IsAnEntryAndTheServersOwnChangeIsNone()
    {
        await using var server = await TestServer.StartAsync();
        await server.Access.AddUserAsync(new() { Name = "anna", Role = Wire.Role.Operator, Password = "a password of anna" }, cancellationToken: TestServer.Cancel);
        await server.Access.AddKeyAsync(new() { Name = "camera-1", Role = Wire.Role.Camera }, cancellationToken: TestServer.Cancel);
        var (users, keys) = (Path.Combine(server.Folder, "users"), Path.Combine(server.Folder, "keys"));
        while (!File.Exists(users + ".seen") || !File.Exists(keys + ".seen")) await Task.Yield();

        var anna = (await File.ReadAllTextAsync(users, TestServer.Cancel)).Trim();
        await File.WriteAllTextAsync(users, $"{anna.Replace(":Operator:", ":Administrator:", StringComparison.Ordinal)}\nmallory:Administrator:x509\n", TestServer.Cancel);
        await File.WriteAllTextAsync(keys, "", TestServer.Cancel);

        var edits = await UntilAsync(server, 3);
        Assert.Equal(
            [("key.edit", "camera-1", "file keys"), ("user.edit", "anna", "file users"), ("user.edit", "mallory", "file users")],
            edits.OrderBy(entry => entry.Action).ThenBy(entry => entry.Subject).Select(entry => (entry.Action, entry.Subject, entry.Origin)));
        var ofAnna = edits.Single(entry => entry.Subject == "anna");
        Assert.Contains("\"Operator\"", ofAnna.OldValue.Replace("role\":", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Administrator", ofAnna.NewValue, StringComparison.Ordinal);
        Assert.Equal("", edits.Single(entry => entry.Subject == "mallory").OldValue);
        Assert.Equal("", edits.Single(entry => entry.Subject == "camera-1").NewValue);
        Assert.DoesNotContain(anna.Split(':')[2], string.Concat(edits), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(users + ".seen"));
    }

    [Fact]
    public async Task Edit_WhileTheServerIsDown_IsAnEntryOfTheNextStart()
    {
        await using var server = await TestServer.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var folder = Directory.CreateTempSubdirectory("anomalyline-edits-").FullName;
        try
        {
            var options = server.Get<AnomalyLineOptions>() with { DataFolder = folder };
            var first = new AccessControl(options, isDemo: false, time);
            Assert.Null(first.Users.Add("anna", AccessRole.Operator, "a password of anna").Error);
            Assert.Empty(first.Users.Edits());
            Assert.Null(first.Users.Add("bob", AccessRole.Operator, "a password of bob").Error);
            Assert.Empty(first.Users.Edits());
            await File.AppendAllTextAsync(Path.Combine(folder, "users"), "mallory:Administrator:x509\n", TestServer.Cancel);

            var second = new AccessControl(options, isDemo: false, time);
            // An own change beside it does not hide it.
            Assert.Null(second.Users.SetRole("anna", AccessRole.Engineer).Error);
            using var edits = new AccountEdits(second, server.Get<AuditLog>(), time, NullLogger<AccountEdits>.Instance);
            await edits.StartAsync(TestServer.Cancel);
            Assert.Equal("mallory", Assert.Single(await UntilAsync(server, 1)).Subject);
            while (second.Users.Edits().Count > 0) await Task.Yield();
            await edits.StopAsync(TestServer.Cancel);
            Assert.Empty(new AccessControl(options, isDemo: false, time).Users.Edits());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Wire.AuditEntry>> UntilAsync(TestServer server, int count)
    {
        while (true)
        {
            var entries = (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries.Where(entry => entry.Action.EndsWith(".edit", StringComparison.Ordinal)).ToList();
            if (entries.Count >= count) return entries;
            await Task.Yield();
        }
    }
}
