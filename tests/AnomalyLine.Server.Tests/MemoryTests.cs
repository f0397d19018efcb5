using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AnomalyLine.Server.Grpc;
using AnomalyLine.Server.Memory;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Tests;

/// <summary>A server whose memory is used up.</summary>
public sealed class MemoryTests : IDisposable
{
    private const long Mib = 1 << 20;
    private readonly string _root = Directory.CreateTempSubdirectory("anomalyline-memory-").FullName;

    [Fact]
    public async Task Server_MemoryIsShort_RefusesNewWorkSaysSoAndGoesOnWhenThereIsMore()
    {
        Uses(100 * Mib);
        await using var server = await TestServer.StartReadyAsync(Measured, ["a"], $"--AnomalyLine:Limits:MemoryBytes={512 * Mib}");
        Assert.Equal(Wire.Verdict.Ok, (await InspectAsync(server)).Verdict);
        Assert.Contains("Healthy: memory", await server.Http.GetStringAsync("/health/ready", TestServer.Cancel), StringComparison.Ordinal);

        Uses(600 * Mib);
        await UntilAsync(() => server.Get<MemoryBudget>().Measure());
        var frame = await InspectAsync(server);
        var upload = await Assert.ThrowsAsync<RpcException>(() => server.UploadAsync("two"));

        Assert.Equal((Wire.Verdict.NotDecidable, Wire.ReasonCode.Overloaded), (frame.Verdict, frame.ReasonCode));
        Assert.Contains("memory is used up", frame.ReasonText, StringComparison.Ordinal);
        Assert.Equal(2UL, (await server.Stations.ListStationsAsync(new(), cancellationToken: TestServer.Cancel)).Stations[0].Counters.Inspected);
        Assert.Equal((StatusCode.ResourceExhausted, "memory-short"), (upload.StatusCode, upload.Trailers.GetValue("error-code")));
        Assert.Equal("5000", upload.Trailers.GetValue(LineErrors.RetryTrailer));
        Assert.Contains("Degraded: Memory is short: the server has 600 of 512 MiB", await server.Http.GetStringAsync("/health/ready", TestServer.Cancel), StringComparison.Ordinal);
        Assert.Equal(2, server.Get<MemoryBudget>().Refusals);

        // Their values may be those of another server of this process.
        var metrics = await server.Http.GetStringAsync("/metrics", TestServer.Cancel);
        Assert.All(["used_bytes", "budget_bytes", "in_flight_bytes", "short", "refused_total"], name => Assert.Contains($"anomalyline_memory_{name}{{", metrics, StringComparison.Ordinal));
        Assert.Single(server.Log.Messages, line => line.Contains("Memory is short: the server has 600 of 512 MiB", StringComparison.Ordinal));

        Uses(100 * Mib);
        await UntilAsync(() => !server.Get<MemoryBudget>().Measure());
        Assert.Equal(Wire.Verdict.Ok, (await InspectAsync(server)).Verdict);
        Assert.Contains("Healthy: memory", await server.Http.GetStringAsync("/health/ready", TestServer.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rest_MemoryIsShort_Is503WithTheTimeToTryAgain()
    {
        Uses(600 * Mib);
        await using var server = await TestServer.StartAsync(Measured, $"--AnomalyLine:Limits:MemoryBytes={512 * Mib}");

        using var refused = await server.Http.PostAsJsonAsync("/v1/jobs", new { station = "a" }, TestServer.Cancel);
        using var backup = await server.Http.GetAsync("/system/backup", TestServer.Cancel);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (refused.StatusCode, Assert.Single(refused.Headers.GetValues("Retry-After"))));
        var body = (await refused.Content.ReadFromJsonAsync<JsonNode>(TestServer.Cancel))!;
        Assert.Equal("memory-short", (string)body["details"]![0]!["reason"]!);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, backup.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/v1/stations", TestServer.Cancel)).StatusCode);
    }

    [Fact]
    public async Task Server_LittleIsLeftToThoseBesideIt_IsShortThoughItsOwnBudgetIsNot()
    {
        Uses(100 * Mib, available: 100 * Mib);
        await using var server = await TestServer.StartAsync(Measured, $"--AnomalyLine:Limits:MemoryBytes={512 * Mib}");

        Assert.True(server.Get<MemoryBudget>().Measure());
    }

    [Fact]
    public async Task TryEnter_MoreThanMayBeInFlight_IsRefusedUntilSomethingLeaves()
    {
        Uses(100 * Mib);
        await using var server = await TestServer.StartAsync(Measured, $"--AnomalyLine:Limits:MemoryBytes={1024 * Mib}", $"--AnomalyLine:Limits:BytesInFlight={100 * Mib}");
        var memory = server.Get<MemoryBudget>();

        Assert.True(memory.TryEnter(60 * Mib));
        Assert.False(memory.TryEnter(60 * Mib));
        Assert.Equal(1, memory.Refusals);
        memory.Exit(60 * Mib);
        Assert.True(memory.TryEnter(60 * Mib));
        Assert.Equal(60 * Mib, memory.InFlight);
    }

    [Fact]
    public async Task WaitAsync_CallerHasItsShareInWork_WaitsUntilAFrameIsDone()
    {
        var share = new CallerShare(100);
        share.Enter(60);
        await share.WaitAsync(TestServer.Cancel);
        share.Enter(60);

        var wait = share.WaitAsync(TestServer.Cancel);
        Assert.False(wait.IsCompleted);
        share.Exit(20);
        Assert.False(wait.IsCompleted);
        share.Exit(1);
        await wait;
    }

    [Fact]
    public async Task Inspect_AfterItsFrames_NothingIsInFlight()
    {
        Uses(100 * Mib);
        await using var server = await TestServer.StartReadyAsync(Measured, ["a"], $"--AnomalyLine:Limits:MemoryBytes={1024 * Mib}");
        var invalid = TestServer.Request("a", 3, 1);
        invalid.Frame.Width = 99;
        var large = TestServer.Request("a", 4, 1);
        large.Frame.Data = ByteString.CopyFrom(new byte[65 << 20]);

        await server.InspectAsync([TestServer.Request("a", 1, 1), TestServer.Request("none", 2, 1), invalid, large]);

        Assert.Equal(0, server.Get<MemoryBudget>().InFlight);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task<Wire.Inspection> InspectAsync(TestServer server) => Assert.Single(await server.InspectAsync([TestServer.Request("a", 1, 1)])).Inspection;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds()) await pace.WaitForNextTickAsync(patience.Token);
    }

    private void Measured(IServiceCollection services) => services.AddSingleton(new MachineMemory(_root));

    /// <summary>What the system says from now on.</summary>
    private void Uses(long own, long available = 3000 * Mib)
    {
        Write("proc/self/statm", $"900000 {(own / Environment.SystemPageSize) + 500} 500 1 0 1400 0\n");
        Write("proc/meminfo", $"MemTotal:       {8000 * 1024} kB\nMemAvailable:   {available / 1024} kB\n");
    }

    /// <summary>Whole, as the kernel writes it.</summary>
    private void Write(string name, string text)
    {
        var file = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
