using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>A <see cref="BenchmarkServer"/> at work in a process of its own, under the server's own runtime settings, with stations that judge.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int ChunkBytes = 1024 * 1024;

    private readonly Process _process;

    private ServerProcess(Process process, string grpc, string http, int barePort, string key) =>
        (_process, Grpc, Http, BarePort, Key) = (process, grpc, http, barePort, new Metadata { { "authorization", $"Bearer {key}" } });

    /// <summary>Address of gRPC.</summary>
    public string Grpc { get; }

    /// <summary>Address of the console.</summary>
    public string Http { get; }

    /// <summary>Port of the bare socket.</summary>
    public int BarePort { get; }

    /// <summary>What lets a call in.</summary>
    public Metadata Key { get; }

    /// <summary>Processor time that it has taken so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its memory, MiB.</summary>
    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>With an identity detector.</summary>
    public static Task<ServerProcess> StartAsync(IEnumerable<string> stations, params string[] settings) => StartAsync(stations, ByteString.CopyFromUtf8("identity"), null, settings);

    /// <summary>With a model file, and a threshold that nothing reaches.</summary>
    public static async Task<ServerProcess> StartAsync(IEnumerable<string> stations, string model, params string[] settings) =>
        await StartAsync(stations, UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(model)), 1e30f, [BenchmarkServer.RealModels, .. settings]);

    private static async Task<ServerProcess> StartAsync(IEnumerable<string> stations, ByteString model, float? threshold, string[] settings)
    {
        string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
            [
                "exec", "--runtimeconfig", Beside("AnomalyLine.Server.runtimeconfig.json"), "--depsfile", Beside("AnomalyLine.Benchmarks.deps.json"),
                Beside("AnomalyLine.Benchmarks.dll"), BenchmarkServer.Argument, .. settings,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The server's process did not start.");

        // The server may say something of its own first, such as a warning.
        string line;
        do line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server's process ended before it was ready; its errors are above.");
        while (!line.StartsWith("http", StringComparison.Ordinal));
        var parts = line.Split(' ');
        var server = new ServerProcess(process, parts[0], parts[3], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
        await server.PrepareAsync(stations, model, threshold);
        return server;
    }

    /// <summary>What its runtime has allocated so far, bytes.</summary>
    public async Task<long> ReadAllocationAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        return long.Parse(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server's process has ended; its errors are above."), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task PrepareAsync(IEnumerable<string> stations, ByteString model, float? threshold)
    {
        using var channel = GrpcChannel.ForAddress(Grpc);
        using var upload = new Wire.ModelService.ModelServiceClient(channel).UploadModel(Key);
        for (var at = 0; at < model.Length; at += ChunkBytes)
            await upload.RequestStream.WriteAsync(new() { Chunk = UnsafeByteOperations.UnsafeWrap(model.Memory.Slice(at, Math.Min(ChunkBytes, model.Length - at))) });
        await upload.RequestStream.CompleteAsync();
        var version = (await upload).Model.Version;
        foreach (var station in stations)
        {
            await new Wire.StationService.StationServiceClient(channel).CreateStationAsync(new() { Name = station }, Key);
            var recipe = new Wire.ActivateRecipeRequest { Station = station, ModelVersion = version, Deadline = new() { Seconds = 30 }, OverrideReason = "benchmark" };
            if (threshold is { } value) recipe.Threshold = value;
            await new Wire.RecipeService.RecipeServiceClient(channel).ActivateRecipeAsync(recipe, Key);
        }
    }
}
