using System.Text.RegularExpressions;

namespace AnomalyLine.Server.Tests;

/// <summary>A server over a gateway that cannot go on: a shell script.</summary>
[Trait("Speed", "Slow")]
public sealed partial class GatewayEndTests
{
    [Fact]
    public async Task Gateway_ThatEndsByItself_IsSaidWithItsReasonInHealthMetricsAndLog()
    {
        const string Stack = "Error: maximum chunk size exceeded\\n    at PacketAssembler.feed (a.js:1)";
        var folder = Directory.CreateTempSubdirectory("anomalyline-gateway-").FullName;
        var (program, bundle) = (Path.Combine(folder, "node"), Path.Combine(folder, "gateway.mjs"));
        var line = $$$"""{"level":60,"msg":"gateway failed","err":{"message":"maximum chunk size exceeded","stack":"{{{Stack}}}"}}""";
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nprintf '%s\\n' '{line}'\nexit 1\n", TestServer.Cancel);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(bundle, "", TestServer.Cancel);
        await using (var server = await TestServer.StartAsync(
            "--AnomalyLine:OpcUa:Enabled=true", "--AnomalyLine:OpcUa:Laboratory=true", $"--AnomalyLine:OpcUa:NodePath={program}", $"--AnomalyLine:OpcUa:BundlePath={bundle}"))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            string ready, metrics;
            do
            {
                await Task.Delay(100, limit.Token);
                ready = await server.Http.GetStringAsync("/health/ready", limit.Token);
                metrics = await server.Http.GetStringAsync("/metrics", limit.Token);
            }
            while (!ready.Contains("maximum chunk size exceeded", StringComparison.Ordinal) || !Failures().IsMatch(metrics));
            Assert.Contains("Degraded", ready, StringComparison.Ordinal);
            Assert.Matches(@"anomalyline_opcua_gateway_running(\{[^}]*\})? 0", metrics);
            Assert.Contains(server.Log.Messages, message => message.Contains("maximum chunk size exceeded", StringComparison.Ordinal) && message.Contains("at PacketAssembler.feed (a.js:1)", StringComparison.Ordinal));
        }

        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"anomalyline_opcua_gateway_failures_total(\{[^}]*\})? [1-9]")]
    private static partial Regex Failures();
}
