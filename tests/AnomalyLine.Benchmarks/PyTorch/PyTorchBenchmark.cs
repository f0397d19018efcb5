using AnomalyLine.Benchmarks.Methods;
using AnomalyLine.Vision.Layers;
using AnomalyLine.Vision.Methods;
using AnomalyLine.Vision.Methods.Autoencoder;
using AnomalyLine.Vision.Methods.Riad;
using AnomalyLine.Vision.Models;
using AnomalyLine.Vision.Onnx;
using static TorchSharp.torch;

namespace AnomalyLine.Benchmarks.PyTorch;

/// <summary>A pass of the same network, random weights, on the same cores: ours on either engine and PyTorch's, in turns within one run.</summary>
internal static class PyTorchBenchmark
{
    private static readonly Case[] Cases =
    [
        new("U-Net of riad, width 16, 256 pixels, 1", "unet", 256, 16, 0, 1),
        new("U-Net of riad, width 32, 256 pixels, 1", "unet", 256, 32, 0, 1),
        new("U-Net of riad, width 64, 256 pixels, 1", "unet", 256, 64, 0, 1),
        new("U-Net of riad, width 16, 128 pixels, 12", "unet", 128, 16, 0, 12),
        new("autoencoder, width 32, 256 pixels, 1", "autoencoder", 256, 32, 500, 1),
        new("autoencoder, width 32, 256 pixels, 8", "autoencoder", 256, 32, 500, 8),
        new("autoencoder, width 16, 128 pixels, 1", "autoencoder", 128, 16, 200, 1),
    ];

    public static IReadOnlyList<BenchmarkTable> Run(BenchmarkOptions options)
    {
        TorchEngine.EnsureReady();
        var peak = Peak(options);
        var table = new BenchmarkTable(
            "", "network, batch", "torch: ms a batch", "onnx", "PyTorch, eager", "PyTorch, channels last", "eager / ours", "channels last / ours", "ONNX Runtime / ours", "ours: GMAC/s", "ours: of peak");
        var version = "";
        foreach (var known in Cases.Where(c => c.Name.Contains(options.Only, StringComparison.Ordinal))) version = Measure(options, table, known, peak);

        return [table with { Title = FormattableString.Invariant($"Pass alone, fp32, {TorchEngine.Threads} threads; PyTorch {version} in a process that sleeps between its turns; ours is the faster engine, as a loaded model takes it; peak {peak:0} GMAC/s in this run") }];
    }

    private static string Measure(BenchmarkOptions options, BenchmarkTable table, Case known, double peak)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (name, network, side, width, latent, batch) = known;
        using AnomalyMethod method = network == "unet"
            ? new RiadMethod(new RiadOptions { Size = side, Width = width })
            : new AutoencoderMethod(new AutoencoderOptions { Size = side, Width = width, Latent = latent, Loss = ReconstructionLoss.L2 });
        NetworkForm.Serve(method.Network);
        using var python = PythonNetwork.Start(network, side, width, latent, batch, TorchEngine.Threads);
        using var onnx = OnnxPass.Of(method, TorchEngine.Threads)!;
        var frames = rand(batch, 3, side, side);
        var gmac = MacCounter.Count(method.Network, () => method.Pass(frames));
        var rounds = new List<(double Torch, double Onnx, double Eager, double ChannelsLast)>();
        for (var round = 0; round < options.Rounds; round++)
        {
            rounds.Add((
                Stopwatching.Interleaved(options with { Rounds = 1 }, () => Pass(method.Pass))[0][0],
                Stopwatching.Interleaved(options with { Rounds = 1 }, () => Pass(onnx.Run))[0][0],
                python.Pass("eager", options.Seconds),
                python.Pass("channels_last", options.Seconds)));
        }

        var isOnnx = rounds.Select(r => r.Onnx / r.Torch).Median() < 1;
        double Ours((double Torch, double Onnx, double Eager, double ChannelsLast) r) => isOnnx ? r.Onnx : r.Torch;
        var reached = gmac / rounds.Select(Ours).Median() * 1000;
        table.Add(
            name, rounds.Select(r => r.Torch).Median(), rounds.Select(r => r.Onnx).Median(), rounds.Select(r => r.Eager).Median(), rounds.Select(r => r.ChannelsLast).Median(),
            rounds.Select(r => r.Eager / Ours(r)).Median(), rounds.Select(r => r.ChannelsLast / Ours(r)).Median(), rounds.Select(r => r.Onnx / Ours(r)).Median(), reached, reached / peak);
        return python.Version;

        void Pass(Func<Tensor, Tensor[]> pass)
        {
            using var step = NewDisposeScope();
            pass(frames);
        }
    }

    /// <summary>GMAC/s of a convolution that fills the cores: 128 to 128 channels, 3 x 3.</summary>
    private static double Peak(BenchmarkOptions options)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var x = rand(8, 64, 64, 128).permute(0, 3, 1, 2);
        var weight = rand(128, 3, 3, 128).permute(0, 3, 1, 2);
        return 8.0 * 64 * 64 * 128 * 128 * 9 / Stopwatching.Interleaved(options, () => nn.functional.conv2d(x, weight, padding: [1, 1]).Dispose())[0].Min() / 1e6;
    }

    private sealed record Case(string Name, string Network, int Side, int Width, int Latent, int Batch);
}
