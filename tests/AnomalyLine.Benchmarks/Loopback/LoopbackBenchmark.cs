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

    private static readonly (string Name, int Width, int Height)[] Sizes = [("1280 x 1024", 1280, 1024), ("6000 x 4000", 6000, 4000)];

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        var stations = Enumerable.Range(1, MostCameras).Select(i => $"camera-{i}").ToArray();
        await using var server = await ServerProcess.StartAsync(stations);
        var results = new List<(string Case, double Copy, Sample Bare, Sample Grpc, Sample Shared)>();
        (string Name, int Count, Frame Frame)[] cases =
        [
            .. Sizes.SelectMany(size => new[] { 1, MostCameras }.Select(count => (Name: $"{size.Name}, {(count == 1 ? "1 camera" : $"{count} cameras")}", Count: count, Size: size)))
                .Where(one => one.Name.Contains(options.Only, StringComparison.Ordinal)).Select(one => (one.Name, one.Count, FrameOf(one.Size.Width, one.Size.Height))),
        ];
        if (cases.Length > 0) _ = await MeasureAsync(server, stations[..cases[^1].Count], cases[0].Frame, WarmUp);
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (name, count, frame) in cases)
            {
                var (copy, bare, grpc, shared) = await MeasureAsync(server, stations[..count], frame, TimeSpan.FromSeconds(options.Seconds));
                results.Add((name, copy, bare, grpc, shared));
            }
        }

        return [Speeds(results), Costs(results, server.ResidentMiB)];
    }

    private static BenchmarkTable Speeds(IEnumerable<(string Case, double Copy, Sample Bare, Sample Grpc, Sample Shared)> results)
    {
        var table = new BenchmarkTable(
            $"MONO8, {InFlight} frames in flight a camera; sender and server are two processes on the same cores; log FULL, identity detector of 256 x 256",
            "case", "copies of a frame in memory/s, one thread", "bare socket, frames/s", "gRPC to verdict, frames/s", "shared memory to verdict, frames/s",
            "bare socket / copies", "gRPC / copies", "shared / copies", "gRPC / bare socket", "shared / bare socket");
        foreach (var rounds in results.GroupBy(result => result.Case))
        {
            double Of(Func<(string Case, double Copy, Sample Bare, Sample Grpc, Sample Shared), double> value) => rounds.Select(value).Median();
            table.Add(
                rounds.Key, Of(r => r.Copy), Of(r => r.Bare.PerSecond), Of(r => r.Grpc.PerSecond), Of(r => r.Shared.PerSecond),
                Of(r => r.Bare.PerSecond / r.Copy), Of(r => r.Grpc.PerSecond / r.Copy), Of(r => r.Shared.PerSecond / r.Copy), Of(r => r.Grpc.PerSecond / r.Bare.PerSecond), Of(r => r.Shared.PerSecond / r.Bare.PerSecond));
        }

        return table;
    }

    private static BenchmarkTable Costs(IEnumerable<(string Case, double Copy, Sample Bare, Sample Grpc, Sample Shared)> results, double residentMiB)
    {
        var table = new BenchmarkTable(
            FormattableString.Invariant($"Of each frame; the server has {residentMiB:0} MiB at the end"),
            "case, way", "server ms CPU", "sender ms CPU", "ms to prepare, p50", "server ms from arrival to answer, p50", "p99", "server KiB allocated");
        foreach (var rounds in results.GroupBy(result => result.Case))
        {
            foreach (var (way, sample) in new (string, Func<(string, double, Sample Bare, Sample Grpc, Sample Shared), Sample>)[] { ("bare socket", r => r.Bare), ("gRPC", r => r.Grpc), ("shared memory", r => r.Shared) })
            {
                double Of(Func<Sample, double> value) => rounds.Select(round => value(sample(round))).Median();
                table.Add($"{rounds.Key}, {way}", Of(s => s.ServerMs), Of(s => s.SenderMs), Of(s => s.PrepareMs), Of(s => s.P50), Of(s => s.P99), Of(s => s.AllocatedKiB));
            }
        }

        return table;
    }

    private static Frame FrameOf(int width, int height)
    {
        var pixels = new byte[width * height];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i % width * 7 / 64 % 100);
        return Frame.TryCreate(PixelFormat.Mono8, width, height, 0, pixels, DateTimeOffset.UnixEpoch, out var frame, out var error) ? frame : throw new InvalidOperationException(error);
    }

    private static async Task<(double Copy, Sample Bare, Sample Grpc, Sample Shared)> MeasureAsync(ServerProcess server, string[] stations, Frame frame, TimeSpan time)
    {
        var copy = MeasureCopy(frame.Data.Span, time / 4);
        var bare = await MeasureAsync(server, [.. stations.Select(_ => new BareCamera(server.BarePort, frame.Data))], time);
        var grpc = await MeasureAsync(server, [.. stations.Select(station => new GrpcCamera(server, station, frame))], time);
        var shared = await MeasureAsync(server, [.. stations.Select(station => new GrpcCamera(server, station, frame, isShared: true))], time);
        return (copy, bare, grpc, shared);
    }

    /// <summary>Copies of a frame a second into memory that was written before, as many frames in turn as are in flight.</summary>
    private static double MeasureCopy(ReadOnlySpan<byte> frame, TimeSpan time)
    {
        var targets = new byte[InFlight][];
        for (var i = 0; i < InFlight; i++) frame.CopyTo(targets[i] = new byte[frame.Length]);
        var copies = 0;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time) frame.CopyTo(targets[copies++ % InFlight]);
        return copies / Stopwatch.GetElapsedTime(start).TotalSeconds;
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
        var timings = cameras.OfType<GrpcCamera>().SelectMany(camera => camera.Timings).ToArray();
        var times = timings.Select(one => one.TotalMs).ToArray();
        foreach (var camera in cameras) camera.Dispose();
        return new Sample(
            frames / elapsed.TotalSeconds, (serverAfter - serverBefore).TotalMilliseconds / frames, (self.TotalProcessorTime - senderBefore).TotalMilliseconds / frames,
            timings.Select(one => one.PrepareMs).Median(), times.Quantile(0.5), times.Quantile(0.99), allocated / 1024.0 / frames);
    }

    private sealed record Sample(double PerSecond, double ServerMs, double SenderMs, double PrepareMs, double P50, double P99, double AllocatedKiB);
}
