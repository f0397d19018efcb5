using System.Globalization;
using AnomalyLine.Benchmarks;
using AnomalyLine.Benchmarks.Aligning;
using AnomalyLine.Benchmarks.Attack;
using AnomalyLine.Benchmarks.Card;
using AnomalyLine.Benchmarks.Decoding;
using AnomalyLine.Benchmarks.FastModes;
using AnomalyLine.Benchmarks.Log;
using AnomalyLine.Benchmarks.Loopback;
using AnomalyLine.Benchmarks.Methods;
using AnomalyLine.Benchmarks.Onnx;
using AnomalyLine.Benchmarks.Overhead;
using AnomalyLine.Benchmarks.PyTorch;
using AnomalyLine.Benchmarks.Quality;
using AnomalyLine.Benchmarks.Running;
using AnomalyLine.Benchmarks.Stages;
using AnomalyLine.Benchmarks.Threads;
using AnomalyLine.Benchmarks.Tiles;
using AnomalyLine.Benchmarks.Unpacking;
using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Inference.Backends.Torch;

TorchEngine.RestartWithSettings();
if (args is [BenchmarkServer.Argument, .. var settings]) return await BenchmarkServer.RunAsync(settings);
if (args is [DecoderProcess.Argument, var memory, var mostBytes]) return DecoderProcess.Run(memory, int.Parse(mostBytes, CultureInfo.InvariantCulture));
if (args is [Attackers.Argument, var grpc, var http, var key, var station])
{
    await Attackers.RunAsync(grpc, http, key, station);
    return 0;
}

if (!BenchmarkOptions.TryParse(args, out var options, out var error))
{
    await Console.Error.WriteLineAsync(error);
    return 2;
}

var tables = options.Name switch
{
    "loopback" => await LoopbackBenchmark.RunAsync(options),
    "overhead" => await OverheadBenchmark.RunAsync(options),
    "stages" => StagesBenchmark.Run(options),
    "threads" => ThreadsBenchmark.Run(options),
    "methods" => MethodsBenchmark.Run(options),
    "onnx" => OnnxBenchmark.Run(options),
    "pytorch" => PyTorchBenchmark.Run(options),
    "attack" => await AttackBenchmark.RunAsync(options),
    "decoding" => DecodingBenchmark.Run(options),
    "align" => AlignBenchmark.Run(options),
    "tiles" => TilesBenchmark.Run(options),
    "unpacking" => UnpackingBenchmark.Run(options),
    "card" => await CardBenchmark.RunAsync(options),
    "swap" => await SwapBenchmark.RunAsync(options),
    "soak" => await SoakBenchmark.RunAsync(options),
    "quality" => QualityBenchmark.Run(options),
    "tune" => TuneBenchmark.Run(options),
    "splits" => SplitsBenchmark.Run(options),
    "fast-modes" => FastModesBenchmark.Run(options),
    _ => await LogBenchmark.RunAsync(options),
};
await Console.Out.WriteLineAsync(options.Json ? BenchmarkOutput.ToJson(options, tables) : BenchmarkOutput.ToText(options, tables));
return 0;
