using System.Globalization;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>The gateway alone, as it runs in a container beside the PLCs: pointed at a server, supervised by nobody.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly RunningProgram _running;

    private GatewayProcess(RunningProgram running, string endpoint) => (_running, Endpoint) = (running, endpoint);

    public string Endpoint { get; }

    public IReadOnlyList<string> Log => _running.Lines;

    public static async Task<GatewayProcess> StartAsync(ServerProcess server, string pkiFolder)
    {
        var port = FreePorts.Take(1)[0];
        var running = RunningProgram.Start(Programs.Node, [Programs.Gateway], new Dictionary<string, string>
        {
            ["ANOMALYLINE_SERVER"] = server.GrpcAddress,
            ["ANOMALYLINE_KEY"] = await KeyAsync(server, port),
            ["OPCUA_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["OPCUA_PKI"] = pkiFolder,
            ["OPCUA_LABORATORY"] = "true",
        });
        await running.UntilLineAsync("\"server connected\"", TimeSpan.FromSeconds(60));
        return new GatewayProcess(running, FormattableString.Invariant($"opc.tcp://127.0.0.1:{port}/anomalyline"));
    }

    private static async Task<string> KeyAsync(ServerProcess server, int port) =>
        (await new AccessService.AccessServiceClient(server.Channel).AddKeyAsync(new() { Name = FormattableString.Invariant($"gateway-{port}"), Role = Role.Engineer }, cancellationToken: TestContext.Current.CancellationToken)).Secret;

    public ValueTask DisposeAsync() => _running.DisposeAsync();
}
