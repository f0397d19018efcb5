using System.Diagnostics;
using System.Globalization;
using AnomalyLine.Benchmarks.Loopback;
using Google.Protobuf;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Benchmarks.Attack;

/// <summary>
/// What a polite camera sees while others attack: its answers' latency from when each frame was due, in turns with and without <see cref="Attackers"/>. They run in a process of their own, at the lowest
/// priority: on another machine they would take nothing of the server's cores but what they make it do.
/// </summary>
internal static class AttackBenchmark
{
    private const string Polite = "polite", Other = "other";
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        var table = new BenchmarkTable("A camera of 10 frames/s, 256 x 256 MONO8, identity model; in turns quiet and attacked", "turn", "frames", "ms, p50", "ms, p99", "not judged", "server, MiB");
        await using var server = await ServerProcess.StartAsync([Polite, Other]);
        var (quiet, attacked) = (new List<double>(), new List<double>());
        await TurnAsync(server, TimeSpan.FromSeconds(2));
        for (var round = 1; round <= options.Rounds; round++)
        {
            await AddAsync("quiet", quiet);
            using var attackers = Start(server);
            await AddAsync("attacked", attacked);
            attackers.Kill();
            await attackers.WaitForExitAsync();

            // Connections that were half open end, and bombs that were taken are decided.
            await TurnAsync(server, TimeSpan.FromSeconds(2));

            async Task AddAsync(string name, List<double> all)
            {
                var (times, lost) = await TurnAsync(server, TimeSpan.FromSeconds(options.Seconds));
                all.AddRange(times);
                table.Add(string.Create(CultureInfo.InvariantCulture, $"{name}, {round}"), times.Count, times.Median(), times.Quantile(0.99), lost, server.ResidentMiB);
            }
        }

        table.Add("quiet, all", quiet.Count, quiet.Median(), quiet.Quantile(0.99), double.NaN, double.NaN);
        table.Add("attacked, all", attacked.Count, attacked.Median(), attacked.Quantile(0.99), double.NaN, double.NaN);
        table.Add("attacked / quiet", double.NaN, attacked.Median() / quiet.Median(), attacked.Quantile(0.99) / quiet.Quantile(0.99), double.NaN, double.NaN);
        return [table];
    }

    private static Process Start(ServerProcess server)
    {
        var start = new ProcessStartInfo("nice") { UseShellExecute = false };
        foreach (var argument in (string[])["-n", "19", "dotnet", Path.Combine(AppContext.BaseDirectory, "AnomalyLine.Benchmarks.dll"), Attackers.Argument, server.Grpc, server.Http, server.Key[0].Value, Other]) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("The attackers' process did not start.");
    }

    /// <summary>Latencies of the frames that were judged, and how many were not.</summary>
    private static async Task<(List<double> Times, int Lost)> TurnAsync(ServerProcess server, TimeSpan time)
    {
        using var channel = GrpcChannel.ForAddress(server.Grpc);
        using var call = new Wire.InspectionService.InspectionServiceClient(channel).Inspect(server.Key);
        var due = new Dictionary<ulong, long>();
        var (times, lost) = (new List<double>(), 0);
        var receiving = ReceiveAsync();
        var request = new Wire.InspectRequest
        {
            Station = Polite,
            Frame = new Wire.Frame { Width = 256, Height = 256, PixelFormat = Wire.PixelFormat.Mono8, Data = ByteString.CopyFrom(new byte[256 * 256]) },
        };
        var start = Stopwatch.GetTimestamp();
        for (var i = 0UL; i * s_pace < time; i++)
        {
            var at = start + (long)(i * s_pace.TotalSeconds * Stopwatch.Frequency);
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
            if (early > TimeSpan.Zero) await Task.Delay(early);
            lock (due) due[i] = at;
            request.RequestId = i;
            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
        await receiving;
        return (times, lost + due.Count);

        async Task ReceiveAsync()
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var now = Stopwatch.GetTimestamp();
                long at;
                lock (due)
                    if (!due.Remove(call.ResponseStream.Current.RequestId, out at)) continue;
                if (call.ResponseStream.Current.Inspection is { Verdict: Wire.Verdict.Ok }) times.Add(Stopwatch.GetElapsedTime(at, now).TotalMilliseconds);
                else lost++;
            }
        }
    }
}
