using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AnomalyLine.EndToEnd.Tests.Harness;

namespace AnomalyLine.EndToEnd.Tests;

/// <summary>
/// How long OPC UA clients see bad quality or no connection after kill -9 of the server, of its gateway, of both. Only when asked for:
/// dotnet run --project tests/AnomalyLine.EndToEnd.Tests -- -explicit only -showliveoutput -class '*KillTimesRun'. KILL_ROUNDS (3) changes it.
/// </summary>
public sealed partial class KillTimesRun(TrainedModel model, ITestOutputHelper output)
{
    private const string Tag = "kill-1.Heartbeat";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact(Explicit = true)]
    public async Task Kill_ServerGatewayBoth_TimesToBadAndGood()
    {
        Programs.RequireOpcUa();
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder["data"], hasOpcUa: true);
        await server.StartAsync();
        var client = new LineClient(server.Channel);
        await client.AddStationsAsync(await client.UploadAsync(model.Path), "kill-1");
        await using var gateway = await GatewayProcess.StartAsync(server, folder["gateway-pki"]);
        await using var alone = await OpcUaClient.ConnectAsync(gateway.Endpoint, model.ClientPki, Tag);
        await using var supervised = await OpcUaClient.ConnectAsync(server.OpcUaEndpoint, model.ClientPki, Tag);
        await GoodAsync(alone, 0);
        await GoodAsync(supervised, 0);

        var rounds = Environment.GetEnvironmentVariable("KILL_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 3;
        for (var round = 1; round <= rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            await server.KillAsync();
            var bad = await BadAsync(alone, begin);
            var restart = Stopwatch.GetTimestamp();
            await server.LaunchAsync();
            var (good, again) = (await GoodAsync(alone, bad), await GoodAsync(supervised, begin));
            Tell($"server: gateway alone: Bad {Ms(begin, bad)} after the kill, Good {Ms(restart, good)} after the restart; supervised gateway: Good {Ms(restart, again)} after the restart");

            begin = Stopwatch.GetTimestamp();
            EndGateway(server);
            var lost = await LostAsync(supervised, begin);
            again = await GoodAsync(supervised, lost);
            Tell($"gateway: connection lost {Ms(begin, lost)} after the kill, Good again {Ms(begin, again)} after it");

            begin = Stopwatch.GetTimestamp();
            EndGateway(server);
            await server.KillAsync();
            bad = await BadAsync(alone, begin);
            restart = Stopwatch.GetTimestamp();
            await server.LaunchAsync();
            (good, again) = (await GoodAsync(alone, bad), await GoodAsync(supervised, restart));
            Tell($"both: gateway alone: Bad {Ms(begin, bad)} after the kill, Good {Ms(restart, good)} after the restart; supervised gateway: Good {Ms(restart, again)} after the restart");
            Assert.InRange((bad - begin) / 1e9, 0, 1);
        }
    }

    private static string Ms(long from, long to) => FormattableString.Invariant($"{(to - from) / 1e6:0} ms");

    /// <summary>The first value with bad quality after a moment.</summary>
    private static async Task<long> BadAsync(OpcUaClient client, long after)
    {
        OpcUaTag? found = null;
        await client.UntilAsync(() => (found = client.Changes.FirstOrDefault(change => change.At > after && change.Status == "BadNoCommunication")) is not null, s_limit, "bad quality");
        return found!.At;
    }

    private static async Task<long> GoodAsync(OpcUaClient client, long after)
    {
        OpcUaTag? found = null;
        await client.UntilAsync(() => (found = client.Changes.FirstOrDefault(change => change.At > after && change.Status == "Good")) is not null, s_limit, "good quality");
        return found!.At;
    }

    private static async Task<long> LostAsync(OpcUaClient client, long after)
    {
        await client.UntilAsync(() => client.Connections.Any(IsLoss), s_limit, "the loss of the connection");
        return client.Connections.First(IsLoss).At;

        bool IsLoss((string What, long At) connection) => connection.At > after && connection.What == "lost";
    }

    /// <summary>kill -9 of the gateway that the server started last.</summary>
    private static void EndGateway(ServerProcess server)
    {
        var started = server.Running.Lines.Select(line => GatewayStarted().Match(line)).Last(match => match.Success);
        using var process = Process.GetProcessById(int.Parse(started.Groups["id"].Value, CultureInfo.InvariantCulture));
        process.Kill();
    }

    private void Tell(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));

    [GeneratedRegex(@"gateway started as process (?<id>\d+)", RegexOptions.NonBacktracking)]
    private static partial Regex GatewayStarted();
}
