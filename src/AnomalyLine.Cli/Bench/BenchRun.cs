using AnomalyLine.Demo;
using Google.Protobuf;

namespace AnomalyLine.Cli.Bench;

/// <summary>One load: all cameras together, and what the server used meanwhile.</summary>
internal static class BenchRun
{
    /// <summary>Runs it.</summary>
    /// <param name="options">The load.</param>
    /// <param name="server">gRPC address.</param>
    /// <param name="page">Address of the server's page; null to leave its processor time and memory out.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends it without a result.</param>
    /// <exception cref="CommandException">The server's metrics cannot be read.</exception>
    /// <exception cref="Grpc.Core.RpcException">A connection broke.</exception>
    public static async Task<BenchResult> RunAsync(BenchOptions options, ServerAddress server, Uri? page, TimeProvider time, CancellationToken cancel)
    {
        var pixels = Pixels(options);
        var cameras = Enumerable.Range(0, options.Cameras)
            .Select(number => new BenchCamera(options, options.Stations[number % options.Stations.Count], pixels, server, time))
            .ToArray();
        var start = time.GetTimestamp();
        var between = TimeSpan.FromSeconds(1 / options.Rate / options.Cameras);
        var running = Task.WhenAll(cameras.Select((camera, number) => camera.RunAsync(start, between * number, cancel)));
        var (before, after) = (default(ServerLoad), default(ServerLoad));
        if (page is not null)
        {
            await Task.WhenAny(running, Task.Delay(options.WarmUp, time, cancel));
            before = await ServerLoad.ReadAsync(page, server, cancel);
            await Task.WhenAny(running, Task.Delay(options.Length, time, cancel));
            after = await ServerLoad.ReadAsync(page, server, cancel);
        }

        await running;
        var tally = new BenchTally();
        foreach (var camera in cameras) tally.Add(camera.Tally);
        return new BenchResult(options, tally, before is null || after is null ? null : (after.CpuSeconds - before.CpuSeconds) / options.Length.TotalSeconds, after?.MemoryMiB);
    }

    /// <summary>A rendered part, so that decoding and resizing have real pixels to work on.</summary>
    private static ByteString Pixels(BenchOptions options)
    {
        var colour = SyntheticParts.Render(seed: 1, options.Width, options.Height).Bgr;
        if (!options.Mono) return UnsafeByteOperations.UnsafeWrap(colour);
        var grey = new byte[options.Width * options.Height];
        for (var i = 0; i < grey.Length; i++) grey[i] = colour[(3 * i) + 1];
        return UnsafeByteOperations.UnsafeWrap(grey);
    }
}
