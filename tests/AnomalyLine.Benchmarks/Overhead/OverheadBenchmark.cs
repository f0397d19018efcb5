using System.Diagnostics;
using AnomalyLine.Benchmarks.Loopback;
using AnomalyLine.Benchmarks.Running;
using AnomalyLine.Contracts.V1;
using AnomalyLine.Detection;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Learning.Catalog;
using Frame = AnomalyLine.Imaging.Frame;

namespace AnomalyLine.Benchmarks.Overhead;

/// <summary>
/// What is around a network: the same frames through the bare network, through a model in this process, through a line in this process, and through the real server in a process
/// of its own, in turn within each round.
/// </summary>
internal static class OverheadBenchmark
{
    private const int MostCameras = 4;
    private const int InFlight = 8;
    private const int MostInABatch = 8;
    private const string Engine = nameof(ServingEngine.Onnx);

    private static readonly (string Name, int Width, int Height)[] Sizes = [("256 x 256", 256, 256), ("1280 x 1024", 1280, 1024)];

    /// <summary>What a server spends on compiling itself in its first seconds is not what a frame costs.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);

    public static async Task<IReadOnlyList<BenchmarkTable>> RunAsync(BenchmarkOptions options)
    {
        using var models = new SmallModels(1, "balanced", channels: 1);
        var stations = Enumerable.Range(1, MostCameras).Select(i => $"camera-{i}").ToArray();
        using var inProcess = new InProcess(models.FirstPath, Enum.Parse<ServingEngine>(Engine));
        var sizes = Sizes.Where(size => size.Name.Contains(options.Only, StringComparison.Ordinal)).Select(size => (size.Name, Frame: SmallModels.Mono(size.Width, size.Height))).ToArray();
        await using var server = await ServerProcess.StartAsync(stations, models.FirstPath, $"--AnomalyLine:Line:Engine={Engine}");
        var lines = new Dictionary<string, RunningLine>();
        try
        {
            foreach (var (name, frame) in sizes)
            {
                lines[name] = await RunningLine.OpenAsync(version => ModelLoader.Load(models.FirstPath, engine: Enum.Parse<ServingEngine>(Engine)), frame);
                await lines[name].ActivateAsync(models.Versions[0]);
                foreach (var cameras in (int[])[1, MostCameras]) await SendAsync(server, stations[..cameras], frame, InFlight, WarmUp);
                await OneAsync(server, stations[0], lines[name], inProcess, frame, TimeSpan.FromSeconds(1));
            }

            var time = TimeSpan.FromSeconds(options.Seconds);
            var alone = new List<(string Size, LoneFrame Times)>();
            var together = new List<(string Size, Sent InProcess, Sent Server)>();
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var (name, frame) in sizes)
                {
                    alone.Add((name, await OneAsync(server, stations[0], lines[name], inProcess, frame, time)));
                    var (perSecond, processorMs) = inProcess.Batches(frame, MostInABatch, time);
                    together.Add((name, new Sent(perSecond, MostInABatch, processorMs), await SendAsync(server, stations, frame, InFlight, time)));
                }
            }

            return [OneCamera(alone), FourCameras(together), Stages(alone)];
        }
        finally
        {
            foreach (var line in lines.Values) await line.DisposeAsync();
        }
    }

    private static BenchmarkTable OneCamera(IEnumerable<(string Size, LoneFrame Times)> rounds)
    {
        var table = new BenchmarkTable(
            $"One camera, one frame at a time, ms, p50: ae-l2 of 256 x 256 x 1 in {Engine}, {TorchEngine.Threads} threads; quotients and differences within each round",
            "MONO8", "network alone", "bytes to verdict in process", "of the network alone", "line in process", "gRPC to the server's process and back", "server over in process", "p99, gRPC");
        foreach (var of in rounds.GroupBy(r => r.Size, r => r.Times))
        {
            table.Add(
                of.Key, of.Select(t => t.Forward).Median(), of.Select(t => t.Judged).Median(), of.Select(t => t.Judged / t.Forward).Median(), of.Select(t => t.Line).Median(),
                of.Select(t => t.RoundTrip).Median(), of.Select(t => t.RoundTrip - t.Judged).Median(), of.Select(t => t.RoundTripP99).Median());
        }

        return table;
    }

    private static BenchmarkTable FourCameras(IEnumerable<(string Size, Sent InProcess, Sent Server)> rounds)
    {
        var table = new BenchmarkTable(
            $"{MostCameras} cameras, {InFlight} frames in flight each, beside batches of {MostInABatch} in this process, whose frames are prepared on all cores",
            "MONO8", "in process, frames/s", "server, frames/s", "fraction", "frames a batch, mean", "in process, ms CPU a frame", "server's process", "fraction");
        foreach (var of in rounds.GroupBy(r => r.Size))
        {
            table.Add(
                of.Key, of.Select(r => r.InProcess.PerSecond).Median(), of.Select(r => r.Server.PerSecond).Median(), of.Select(r => r.Server.PerSecond / r.InProcess.PerSecond).Median(), of.Select(r => r.Server.BatchSize).Median(),
                of.Select(r => r.InProcess.ProcessorMs).Median(), of.Select(r => r.Server.ProcessorMs).Median(), of.Select(r => r.InProcess.ProcessorMs / r.Server.ProcessorMs).Median());
        }

        return table;
    }

    private static BenchmarkTable Stages(IEnumerable<(string Size, LoneFrame Times)> rounds)
    {
        var table = new BenchmarkTable(
            "Where a lone frame's time goes between camera and answer, ms, p50 and p99 of each: what the server says, and the rest of the round trip, which is sending, receiving and both sides' gRPC",
            "MONO8", "prepare", "queue", "detect", "judge", "log", "sum at the server", "the rest", "p99: prepare", "queue", "detect", "judge", "log", "sum at the server", "the rest");
        foreach (var of in rounds.GroupBy(r => r.Size, r => r.Times))
            table.Add(of.Key, [.. Enumerable.Range(0, of.First().Stages.Length).Select(stage => of.Select(t => t.Stages[stage]).Median())]);
        return table;
    }

    private static async Task<LoneFrame> OneAsync(ServerProcess server, string station, RunningLine line, InProcess inProcess, Frame frame, TimeSpan time)
    {
        var forward = inProcess.Forward(time);
        var judged = inProcess.Judge(frame, time);
        var lined = new List<double>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            var before = Stopwatch.GetTimestamp();
            await line.InspectAsync();
            lined.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        using var camera = new GrpcCamera(server, station, frame);
        await camera.RunAsync(1, time);
        double[] Stage(Func<Timings, double> stage) => [.. camera.Timings.Select(stage)];
        double[][] times =
        [
            Stage(t => t.PrepareMs), Stage(t => t.QueueMs), Stage(t => t.DetectMs), Stage(t => t.JudgeMs), Stage(t => t.LogMs), Stage(t => t.TotalMs),
            [.. camera.RoundTripMs.Zip(camera.Timings, (all, t) => all - t.TotalMs)],
        ];
        double[] stages = [.. times.Select(t => t.Median()), .. times.Select(t => t.Quantile(0.99))];
        return new LoneFrame(forward, judged, lined.Median(), camera.RoundTripMs.Median(), camera.RoundTripMs.Quantile(0.99), stages);
    }

    private static async Task<Sent> SendAsync(ServerProcess server, string[] stations, Frame frame, int inFlight, TimeSpan time)
    {
        var cameras = stations.Select(station => new GrpcCamera(server, station, frame)).ToArray();
        var processor = server.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var frames = (await Task.WhenAll(cameras.Select(camera => Task.Run(() => camera.RunAsync(inFlight, time))))).Sum();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var processorMs = (server.ProcessorTime - processor).TotalMilliseconds / frames;
        var batch = cameras.SelectMany(camera => camera.Timings).Average(timings => timings.BatchSize);
        foreach (var camera in cameras) camera.Dispose();
        return new Sent(frames / elapsed.TotalSeconds, batch, processorMs);
    }

    private sealed record LoneFrame(double Forward, double Judged, double Line, double RoundTrip, double RoundTripP99, double[] Stages);

    private sealed record Sent(double PerSecond, double BatchSize, double ProcessorMs);
}
