using System.Diagnostics;
using AnomalyLine.Imaging;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>Frames a second through the whole server but the network, beside those of a bare socket, in turn within one run.</summary>
internal static class LoopbackBenchmark
{
    private const int InFlight = 8;
    private const int MostCameras = 4;

    /// <summary>A server runs for days: what it spends on compiling itself in its first seconds (a quarter of its time then) is not what a frame costs.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        var stations = Enumerable.Range(1, MostCameras).Select(i => $"camera-{i}").ToArray();
        var frame = TestPicture.Raw(PixelFormat.Mono8, TestPicture.Pixels(channels: 1));
        await using var server = await ServerProcess.StartAsync(stations);
        var results = new List<(string Case, Sample Bare, Sample Grpc)>();
        int[] counts = [.. new[] { 1, MostCameras }.Where(count => Name(count).Contains(options.Only, StringComparison.Ordinal))];
        foreach (var cameras in counts) await MeasureAsync(server, stations[..cameras], frame, WarmUp);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var cameras in counts)
            {
                var (bare, grpc) = await MeasureAsync(server, stations[..cameras], frame, TimeSpan.FromSeconds(options.Seconds));
                results.Add((Name(cameras), bare, grpc));
            }
        }

        var table = new BenchmarkTable(
            $"1280 x 1024 MONO8, {InFlight} frames in flight a camera; sender and server are two processes on the same cores; log FULL, identity detector of 256 x 256",
            "case", "bare socket, frames/s", "gRPC to verdict, frames/s", "fraction", "server ms CPU a frame", "sender ms CPU a frame",
            "bare: server ms CPU a frame", "bare: sender ms CPU a frame", "server ms a frame, p50", "p99", "server KiB allocated a frame", "server MiB");
        foreach (var rounds in results.GroupBy(result => result.Case))
        {
            double Of(Func<(string Case, Sample Bare, Sample Grpc), double> value) => rounds.Select(value).Median();
            table.Add(
                rounds.Key, Of(r => r.Bare.PerSecond), Of(r => r.Grpc.PerSecond), Of(r => r.Grpc.PerSecond / r.Bare.PerSecond),
                Of(r => r.Grpc.ServerMs), Of(r => r.Grpc.SenderMs), Of(r => r.Bare.ServerMs), Of(r => r.Bare.SenderMs),
                Of(r => r.Grpc.P50), Of(r => r.Grpc.P99), Of(r => r.Grpc.AllocatedKiB), server.ResidentMiB);
        }

        return [table];
    }

    private static string Name(int cameras) => cameras == 1 ? "1 camera" : $"{cameras} cameras";

    private static async Task<(Sample Bare, Sample Grpc)> MeasureAsync(ServerProcess server, string[] stations, Frame frame, TimeSpan time)
    {
        var bare = await MeasureAsync(server, [.. stations.Select(_ => new BareCamera(server.BarePort, frame.Data))], time);
        var grpc = await MeasureAsync(server, [.. stations.Select(station => new GrpcCamera(server, station, frame))], time);
        return (bare, grpc);
    }

    private static async Task<Sample> MeasureAsync(ServerProcess server, ICamera[] cameras, TimeSpan time)
    {
        using var self = Process.GetCurrentProcess();
        var allocatedBefore = await server.ReadAllocationAsync();
        var (serverBefore, senderBefore, start) = (server.ProcessorTime, self.TotalProcessorTime, Stopwatch.GetTimestamp());
        var frames = (await Task.WhenAll(cameras.Select(camera => Task.Run(() => camera.RunAsync(InFlight, time))))).Sum();
        var elapsed = Stopwatch.GetElapsedTime(start);
        self.Refresh();
        var serverAfter = server.ProcessorTime;
        var allocated = await server.ReadAllocationAsync() - allocatedBefore;
        var times = cameras.OfType<GrpcCamera>().SelectMany(camera => camera.Timings).Select(timings => timings.TotalMs).ToArray();
        foreach (var camera in cameras) camera.Dispose();
        return new Sample(
            frames / elapsed.TotalSeconds, (serverAfter - serverBefore).TotalMilliseconds / frames, (self.TotalProcessorTime - senderBefore).TotalMilliseconds / frames,
            times.Quantile(0.5), times.Quantile(0.99), allocated / 1024.0 / frames);
    }

    private sealed record Sample(double PerSecond, double ServerMs, double SenderMs, double P50, double P99, double AllocatedKiB);
}
