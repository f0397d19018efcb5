using AnomalyLine.Benchmarks.Methods;
using AnomalyLine.Inference.Backends.OnnxRuntime;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Inference.Networks;
using AnomalyLine.Inference.Threading;
using AnomalyLine.Learning.Methods;
using AnomalyLine.Learning.Methods.Autoencoder;
using AnomalyLine.Learning.Methods.Riad;
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
        var table = new BenchmarkTable(
            "", "network, batch", "torch: ms a batch", "onnx", "torch, bfloat16", "torch, eager", "PyTorch, eager", "PyTorch, channels last", "torch eager / ours", "PyTorch eager / ours", "its channels last / ours", "ours: GMAC/s", "ours: of peak",
            "with bfloat16: torch eager / ours", "PyTorch eager / ours");
        var version = "";
        foreach (var known in Cases.Where(c => c.Name.Contains(options.Only, StringComparison.Ordinal))) version = Measure(options, table, known);

        return [table with { Title = FormattableString.Invariant($"Pass alone, fp32, {TorchEngine.Threads} threads; PyTorch {version} in a process that sleeps between its turns; ours is the faster engine, as a loaded model takes it; 'torch, eager' is our libtorch as PyTorch drives it: not folded, not channels last; the peak is measured in each round too") }];
    }

    private static string Measure(BenchmarkOptions options, BenchmarkTable table, Case known)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (name, network, side, width, latent, batch) = known;
        using var method = Create(known);
        using var half = Create(known);
        InferenceOptimizer.Convert(half.Network, ScalarType.BFloat16);
        using var eager = Create(known, serves: false);
        using var python = PythonNetwork.Start(options.Python, network, side, width, latent, batch, TorchEngine.Threads);
        using var onnx = OnnxBackend.Of(method, TorchEngine.Threads);
        using var team = new ThreadTeam(TorchEngine.Threads);
        var frames = rand(batch, 3, side, side);
        var gmac = MacCounter.Count(method.Network, () => method.Forward(frames));
        var rounds = new List<Round>();
        for (var round = 0; round < options.Rounds; round++)
        {
            rounds.Add(new Round(
                Time(method.Forward),
                Time(input => onnx.Run(input, team)),
                Time(half.Forward),
                Time(eager.Forward),
                python.Pass("eager", options.Seconds),
                python.Pass("channels_last", options.Seconds),
                Peak(options with { Rounds = 1 })));
        }

        var isOnnx = rounds.Select(r => r.Onnx / r.Torch).Median() < 1;
        double Ours(Round r) => isOnnx ? r.Onnx : r.Torch;
        double Shipped(Round r) => Math.Min(Ours(r), r.Bfloat16);
        double Reached(Round r) => gmac / Ours(r) * 1000;
        table.Add(
            name, rounds.Select(r => r.Torch).Median(), rounds.Select(r => r.Onnx).Median(), rounds.Select(r => r.Bfloat16).Median(), rounds.Select(r => r.TorchEager).Median(), rounds.Select(r => r.Eager).Median(), rounds.Select(r => r.ChannelsLast).Median(),
            rounds.Select(r => r.TorchEager / Ours(r)).Median(), rounds.Select(r => r.Eager / Ours(r)).Median(), rounds.Select(r => r.ChannelsLast / Ours(r)).Median(), rounds.Select(Reached).Median(), rounds.Select(r => Reached(r) / r.Peak).Median(),
            rounds.Select(r => r.TorchEager / Shipped(r)).Median(), rounds.Select(r => r.Eager / Shipped(r)).Median());
        return python.Version;

        double Time(Func<Tensor, Tensor[]> pass) => Stopwatching.Interleaved(options with { Rounds = 1 }, () =>
        {
            using var step = NewDisposeScope();
            pass(frames);
        })[0][0];
    }

    private static AnomalyMethod Create(Case known, bool serves = true)
    {
        AnomalyMethod method = known.Network == "unet"
            ? new RiadMethod(new RiadOptions { Size = known.Side, Width = known.Width })
            : new AutoencoderMethod(new AutoencoderOptions { Size = known.Side, Width = known.Width, Latent = known.Latent, Loss = ReconstructionLoss.L2 });
        if (serves) InferenceOptimizer.Optimize(method.Network);
        else method.Network.eval();
        return method;
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

    private sealed record Round(double Torch, double Onnx, double Bfloat16, double TorchEager, double Eager, double ChannelsLast, double Peak);

    private sealed record Case(string Name, string Network, int Side, int Width, int Latent, int Batch);
}
