using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;
using AnomalyLine.Server.Syslog;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>Old entries of a server's audit that go after the time that its options have.</summary>
public sealed class AuditRetentionTests
{
    private static readonly TimeSpan s_retention = TimeSpan.FromDays(90);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Run_EntriesOlderThanTheOption_GoOnceADayAndTheChainIsWhole()
    {
        await using var server = await TestServer.StartAsync("--AnomalyLine:Management:AuditRetention=90.00:00:00");
        await AddKeysAsync(server, "a", "b", "c");
        Assert.Equal(0ul, (await server.Audit.VerifyAuditAsync(new(), cancellationToken: TestServer.Cancel)).RemovedThrough);

        await RunAsync(server, server.Get<AnomalyLineOptions>(), async () =>
        {
            _time.Advance(s_retention);
            while ((await CheckAsync(server)).RemovedThrough == 0)
            {
                _time.Advance(TimeSpan.FromHours(1));
                await Task.Yield();
            }
        });

        var check = await CheckAsync(server);
        Assert.Equal((2ul, 4ul, 0ul), (check.RemovedThrough, check.Entries, check.FirstBrokenSequence));
        Assert.Equal(["key.add", "audit.cut"], (await server.Audit.ListAuditEntriesAsync(new(), cancellationToken: TestServer.Cancel)).Entries.Select(entry => entry.Action));
    }

    [Fact]
    public async Task Run_EntriesThatTheCollectorDoesNotHaveYet_Stay()
    {
        await using var server = await TestServer.StartAsync();
        await AddKeysAsync(server, "a", "b", "c", "d");
        var options = server.Get<AnomalyLineOptions>();
        options = options with { Syslog = new SyslogOptions { Host = "127.0.0.1" } };
        options.Management.AuditRetention = s_retention;
        _time.Advance(s_retention + s_retention);
        var cursor = Path.Combine(server.Folder, SyslogForwarder.FileName);
        await RunAsync(server, options, async () =>
        {
            // It runs once a day: once tomorrow's run is due, today's is over.
            await AddKeysAsync(server, "e");
            _time.Advance(TimeSpan.FromDays(1));
            await Task.Yield();
        });
        Assert.Equal(0ul, (await CheckAsync(server)).RemovedThrough);

        var third = (await server.Audit.ListAuditEntriesAsync(new() { AfterSequence = 2, PageSize = 1 }, cancellationToken: TestServer.Cancel)).Entries.Single();
        await File.WriteAllTextAsync(cursor, $"3 {third.Hash}\n", TestServer.Cancel);
        await RunAsync(server, options, async () =>
        {
            while ((await CheckAsync(server)).RemovedThrough == 0) await Task.Yield();
        });

        Assert.Equal(2ul, (await CheckAsync(server)).RemovedThrough);
        Assert.Equal(3, (await new AuditCursor(cursor).ReadAsync(server.Get<AuditLog>(), TestServer.Cancel)).Value);
    }

    [Fact]
    public async Task Start_WithATimeThatIsTooShort_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidOptionsException>(() => TestServer.StartAsync("--AnomalyLine:Management:AuditRetention=30.00:00:00"));
        Assert.Contains("AuditRetention is 30.00:00:00; use 90.00:00:00 or more", refused.Message, StringComparison.Ordinal);
    }

    private static Task<Wire.VerifyAuditResponse> CheckAsync(TestServer server) => server.Audit.VerifyAuditAsync(new(), cancellationToken: TestServer.Cancel).ResponseAsync;

    private static async Task AddKeysAsync(TestServer server, params string[] names)
    {
        foreach (var name in names) await server.Access.AddKeyAsync(new() { Name = name, Role = Wire.Role.Viewer }, cancellationToken: TestServer.Cancel);
    }

    private async Task RunAsync(TestServer server, AnomalyLineOptions options, Func<Task> until)
    {
        using var retention = new AuditRetention(options, server.Get<AuditLog>(), _time, NullLogger<AuditRetention>.Instance);
        await retention.StartAsync(TestServer.Cancel);
        await until();
        await retention.StopAsync(TestServer.Cancel);
    }
}
