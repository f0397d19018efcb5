using System.Text;
using System.Text.RegularExpressions;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Observability;
using AnomalyLine.Server.Options;
using AnomalyLine.Server.Syslog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>The audit forwarded to a collector of syslog, over real sockets.</summary>
public sealed partial class SyslogTests
{
    [Fact]
    public async Task Forward_CollectorThatGoesAwayAndComesBack_HasEveryEntryAndItsHash()
    {
        await using var collector = new Collector();
        await using var server = await TestServer.StartAsync(collector.Settings);
        await AddKeysAsync(server, "a", "b");
        await collector.UntilAsync(2);

        await collector.StopAsync();
        await AddKeysAsync(server, "c", "d", "e");
        collector.Start();
        await collector.UntilAsync(5);
        await AddKeysAsync(server, "f");
        await collector.UntilAsync(6);

        var entries = (await server.Audit.ListAuditEntriesAsync(new() { PageSize = 1000 }, cancellationToken: TestServer.Cancel)).Entries;
        Assert.Equal(entries.Select(entry => (entry.Sequence, entry.Hash, entry.PreviousHash)), collector.Entries.Values);
        Assert.All(collector.Messages, message => Assert.Matches(Form(), message));
        Assert.Contains(collector.Messages, message => message.Contains(" key.add [audit@32473 sequence=\"1\"", StringComparison.Ordinal) && message.Contains("origin=\"ipv4:127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forward_CollectorWithACertificateOfSomebodyElse_GetsNothing()
    {
        await using var collector = new Collector();
        await using var other = new Collector();
        await using var server = await TestServer.StartAsync([.. collector.Settings, .. other.Settings.Where(setting => setting.Contains("Authority", StringComparison.Ordinal))]);
        await AddKeysAsync(server, "a");

        while (!server.Get<KeptLog>().Messages.Any(message => message.StartsWith("The audit is not forwarded", StringComparison.Ordinal))) await Task.Yield();

        Assert.Empty(collector.Messages);
    }

    [Fact]
    public async Task Forward_AfterARestart_GoesOnWhereItWasSureOrAnewWhereTheAuditIsAnother()
    {
        await using var collector = new Collector();
        await using var server = await TestServer.StartAsync();
        await AddKeysAsync(server, "a", "b", "c");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var options = server.Get<AnomalyLineOptions>() with { Syslog = collector.Options };
        var cursor = Path.Combine(server.Folder, SyslogForwarder.FileName);
        await RunAsync(async () =>
        {
            await collector.UntilAsync(3);
            while (!File.Exists(cursor))
            {
                time.Advance(TimeSpan.FromMinutes(1));
                await Task.Yield();
            }
        });
        Assert.StartsWith("3 ", await File.ReadAllTextAsync(cursor, TestServer.Cancel), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(cursor));

        collector.Forget();
        await AddKeysAsync(server, "d");
        await RunAsync(() => collector.UntilAsync(1));
        Assert.Equal([4L], collector.Entries.Keys);
        Assert.StartsWith("3 ", await File.ReadAllTextAsync(cursor, TestServer.Cancel), StringComparison.Ordinal);

        collector.Forget();
        await File.WriteAllTextAsync(cursor, $"3 {new string('0', 64)}\n", TestServer.Cancel);
        await RunAsync(() => collector.UntilAsync(4));
        Assert.Equal([1L, 2L, 3L, 4L], collector.Entries.Keys);

        async Task RunAsync(Func<Task> until)
        {
            using var forwarder = new SyslogForwarder(options, server.Get<AuditLog>(), time, NullLogger<SyslogForwarder>.Instance);
            await forwarder.StartAsync(TestServer.Cancel);
            await until();
            await forwarder.StopAsync(TestServer.Cancel);
        }
    }

    [Fact]
    public async Task Forward_WhileTheCollectorIsAway_MetricsAndHealthSayHowFarItIsBehind()
    {
        await using var collector = new Collector();
        await using var server = await TestServer.StartAsync(collector.Settings);
        await AddKeysAsync(server, "a");
        await collector.UntilAsync(1);
        var forwarder = server.Get<SyslogForwarder>();
        Assert.Equal(TimeSpan.Zero, forwarder.Waits);
        await collector.StopAsync();
        await AddKeysAsync(server, "b", "c");
        while (forwarder.Lag is not { Entries: 3, Since: not null }) await Task.Yield();
        Assert.NotEqual("", forwarder.Lag.Reason);
        Assert.Contains("anomalyline_audit_forwarding_pending", await server.Http.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Contains("anomalyline_audit_forwarding_lag_seconds", await server.Http.GetStringAsync("/metrics", TestServer.Cancel), StringComparison.Ordinal);
        var later = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        using var seen = new SyslogForwarder(server.Get<AnomalyLineOptions>(), server.Get<AuditLog>(), later, NullLogger<SyslogForwarder>.Instance);
        await seen.StartAsync(TestServer.Cancel);
        while (seen.Lag.Entries == 0) await Task.Yield();
        var health = await ActivatorUtilities.CreateInstance<ManagementHealthCheck>(server.Get<IServiceProvider>(), seen).CheckHealthAsync(new HealthCheckContext(), TestServer.Cancel);
        await seen.StopAsync(TestServer.Cancel);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("The collector of syslog does not have 3 entries of the audit", health.Description, StringComparison.Ordinal);

        collector.Start();
        await collector.UntilAsync(3);
        while (forwarder.Lag != SyslogLag.None) await Task.Yield();
    }

    [Theory]
    [InlineData("Tcp")]
    [InlineData("Udp")]
    public async Task Forward_WithoutTls_SendsTheSame(string transport)
    {
        await using var collector = new Collector(Enum.Parse<SyslogTransport>(transport));
        await using var server = await TestServer.StartAsync(collector.Settings);
        await AddKeysAsync(server, "a");
        await collector.UntilAsync(1);
        Assert.Matches(Form(), Assert.Single(collector.Messages));
    }

    [Fact]
    public void Of_TextsThatMeanSomethingToSyslog_AreEscapedAndLongOnesCut()
    {
        var entry = new AuditEntry
        {
            Sequence = 7,
            Time = new DateTimeOffset(2026, 11, 30, 8, 0, 0, 123, TimeSpan.Zero),
            User = "a\"b]c\\d\r\n<1>1 forged",
            Origin = "console 10.0.0.9",
            Action = "sample.review",
            Subject = "größe",
            OldValue = "",
            NewValue = string.Concat(Enumerable.Repeat("ü€", 10_000)),
            PreviousHash = new string('0', 64),
            Hash = new string('a', 64),
        };

        var bytes = SyslogMessage.Of(entry, "line 1");
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);

        Assert.InRange(bytes.Length, 8000, 8192);
        Assert.StartsWith($"<109>1 2026-11-30T08:00:00.123000Z line1 anomalyline - sample.review [audit@32473 sequence=\"7\" hash=\"{entry.Hash}\" previous=\"{entry.PreviousHash}\" user=\"a\\\"b\\]c\\\\d", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, char.IsControl);
        Assert.EndsWith("…", text, StringComparison.Ordinal);
        Assert.Matches(Form(), text);
        Assert.StartsWith("<108>1 ", Encoding.UTF8.GetString(SyslogMessage.Of(entry with { Action = "access.refused" }, "")), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_WhatDoesNotGoTogether_IsNamed()
    {
        Assert.Empty(new SyslogOptions { Key = "nowhere" }.Validate());
        Assert.Contains("are for TLS", Assert.Single(new SyslogOptions { Host = "siem", Transport = SyslogTransport.Udp, Authority = "ca.pem" }.Validate().Take(1)), StringComparison.Ordinal);
        Assert.Contains("go together", Assert.Single(new SyslogOptions { Host = "siem", Certificate = "a.pem" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(new SyslogOptions { Host = "siem", Authority = "/nowhere/ca.pem" }.Validate()), StringComparison.Ordinal);
        Assert.Equal([6514, 601, 514], Enum.GetValues<SyslogTransport>().Select(transport => new SyslogOptions { Transport = transport }.UsedPort));
    }

    private static async Task AddKeysAsync(TestServer server, params string[] names)
    {
        foreach (var name in names) await server.Access.AddKeyAsync(new() { Name = name, Role = Wire.Role.Viewer }, cancellationToken: TestServer.Cancel);
    }

    // RFC 5424, section 6, as far as this product uses it.
    [GeneratedRegex("""^<(10[89])>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [!-~]{1,255} anomalyline - [!-~]{1,32} \[audit@32473( [a-z]+="([^"\\\]]|\\["\\\]])*")+\] \uFEFF[^\x00-\x1F]+$""")]
    private static partial Regex Form();
}
