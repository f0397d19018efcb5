using AnomalyLine.Management.Processes;
using AnomalyLine.Server.Observability;
using AnomalyLine.Server.OpcUaGateway;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AnomalyLine.Server.Tests;

/// <summary>The supervisor over small shell scripts.</summary>
[Trait("Speed", "Slow")]
public sealed class GatewaySupervisorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("anomalyline-gateway-").FullName;
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ChildListens_RunningUntilStoppedPolitely()
    {
        var marker = Path.Combine(_folder, "stopped");
        using var supervisor = Supervise($$"""trap 'touch {{marker}}; exit 0' TERM; echo '{"level":30,"endpoint":"opc.tcp://x","msg":"listening"}'; while :; do sleep 0.05; done""");

        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Running);
        await supervisor.StopAsync(Cancel);

        Assert.True(File.Exists(marker));
        Assert.Equal((GatewayStatus.Stopped, 0), (supervisor.State.Status, supervisor.State.Restarts));
    }

    [Fact]
    public async Task Run_ChildDies_StartedAgainAfterGrowingPauses()
    {
        using var supervisor = Supervise("exit 7");
        await supervisor.StartAsync(Cancel);

        foreach (var seconds in new[] { 0.5, 1, 2, 4, 8, 10, 10 })
        {
            var restarts = supervisor.State.Restarts;
            await UntilAsync(() => supervisor.State.Status == GatewayStatus.Restarting && supervisor.State.Message.Contains($"in {seconds:0.#} s", StringComparison.Ordinal));
            _time.Advance(TimeSpan.FromSeconds(seconds - 0.01));
            Assert.Equal(restarts, supervisor.State.Restarts);
            await AdvanceUntilAsync(TimeSpan.FromSeconds(0.02), () => supervisor.State.Restarts == restarts + 1);
        }

        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_ExitCode2_MisconfiguredWithItsMessageAndNoFastLoop()
    {
        var starts = Path.Combine(_folder, "starts");
        using var supervisor = Supervise($$"""echo x >> {{starts}}; echo '{"level":60,"msg":"configuration: OPCUA_PORT = \"x\": must be a port number"}'; exit 2""");

        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Misconfigured);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(await File.ReadAllLinesAsync(starts, Cancel));
        Assert.Contains("OPCUA_PORT", supervisor.State.Message, StringComparison.Ordinal);
        await AdvanceUntilAsync(TimeSpan.FromSeconds(2), () => File.ReadAllLines(starts).Length == 2);

        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_CommandCannotBeMade_MisconfiguredWithReason()
    {
        using var supervisor = new GatewaySupervisor(true, "opc.tcp://x", () => (null, "install Node.js"), _time, NullLogger<GatewaySupervisor>.Instance);

        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Misconfigured);

        Assert.Equal(("install Node.js", 0), (supervisor.State.Message, supervisor.State.Restarts));
        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_ChildIgnoresTerm_KilledAfterPatience()
    {
        using var supervisor = Supervise("""trap '' TERM; echo '{"endpoint":1}'; while :; do sleep 0.05; done""");
        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Running);

        await supervisor.StopAsync(Cancel);

        Assert.Equal(GatewayStatus.Stopped, supervisor.State.Status);
    }

    [Fact]
    public async Task Run_ChildHangs_EndedStartedAgainAndSaid()
    {
        using var supervisor = Supervise("""echo '{"level":30,"endpoint":"opc.tcp://x","msg":"listening"}'; while :; do sleep 0.05; done""");
        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Running);

        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => supervisor.State.Status == GatewayStatus.Restarting);
        var health = await HealthOf(supervisor);

        Assert.Contains("no sign of life", supervisor.State.Message, StringComparison.Ordinal);
        Assert.Equal(1, supervisor.State.Failures);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("no sign of life", health.Description, StringComparison.Ordinal);
        await AdvanceUntilAsync(TimeSpan.FromSeconds(0.1), () => supervisor.State is { Status: GatewayStatus.Running, Restarts: 1 });
        Assert.Equal(HealthStatus.Healthy, (await HealthOf(supervisor)).Status);
        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_ChildGivesSignsOfLife_LeftAlone()
    {
        using var supervisor = Supervise(
            """echo '{"level":30,"endpoint":"opc.tcp://x","msg":"listening"}'; while :; do echo '{"level":20,"msg":"alive"}'; sleep 0.01; done""");
        await supervisor.StartAsync(Cancel);
        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Running);

        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, Cancel);
        }

        Assert.Equal((GatewayStatus.Running, 0, 0), (supervisor.State.Status, supervisor.State.Restarts, supervisor.State.Failures));
        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_ChildFails_ItsReasonIsInStateAndHealth()
    {
        using var supervisor = Supervise("""printf '%s\n' '{"level":60,"msg":"gateway failed","err":{"message":"port in use","stack":"Error: port in use\n    at listen (a.js:1)"}}'; exit 1""");
        await supervisor.StartAsync(Cancel);

        await UntilAsync(() => supervisor.State.Status == GatewayStatus.Restarting);

        Assert.Contains("gateway failed port in use", supervisor.State.Message, StringComparison.Ordinal);
        Assert.Contains("port in use", (await HealthOf(supervisor)).Description, StringComparison.Ordinal);
        await supervisor.StopAsync(Cancel);
    }

    [Fact]
    public void Parse_LineWithStack_StackInOneLine() => Assert.Equal(
        new GatewayLine(LogLevel.Critical, "gateway failed no", false, "Error: no at a (b.js:1) at c (d.js:2)"),
        GatewayLine.Parse("""{"level":60,"msg":"gateway failed","err":{"message":"no","stack":"Error: no\n    at a (b.js:1)\n    at c (d.js:2)"}}"""));

    [Theory]
    [InlineData("""{"level":30,"msg":"listening","endpoint":"opc.tcp://x"}""", LogLevel.Information, "listening endpoint=opc.tcp://x", true)]
    [InlineData("""{"level":50,"msg":"gateway failed","err":{"message":"port in use"},"time":1,"pid":2}""", LogLevel.Error, "gateway failed port in use", false)]
    [InlineData("{not json", LogLevel.Information, "{not json", false)]
    [InlineData("plain", LogLevel.Information, "plain", false)]
    public void Parse_LogLine_LevelMessageAndListening(string line, LogLevel level, string message, bool isListening) =>
        Assert.Equal(new GatewayLine(level, message, isListening), GatewayLine.Parse(line));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<HealthCheckResult> HealthOf(GatewaySupervisor supervisor) =>
        new GatewayHealthCheck(supervisor).CheckHealthAsync(new HealthCheckContext(), Cancel);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds()) await Task.Delay(10, Cancel);
    }

    private async Task AdvanceUntilAsync(TimeSpan step, Func<bool> holds)
    {
        // The pause may begin a moment after the state that announces it.
        while (!holds())
        {
            _time.Advance(step);
            await Task.Delay(10, Cancel);
        }
    }

    private GatewaySupervisor Supervise(string script) => new(
        true, "opc.tcp://127.0.0.1:4840/anomalyline", () => (new ChildCommand("sh", ["-c", script]), ""), _time, NullLogger<GatewaySupervisor>.Instance);
}
