using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AnomalyLine.Detection;

namespace AnomalyLine.Benchmarks;

/// <summary>What to measure, and for how long.</summary>
/// <param name="Name">loopback, overhead, stages, threads, methods, onnx, pytorch, log, swap, soak, attack, decoding, unpacking, fast-modes, quality, tune, splits, tiles, align or card.</param>
/// <param name="Rounds">Rounds of all cases in turn; medians over them. At least 1.</param>
/// <param name="Seconds">Length of one case in one round.</param>
/// <param name="Only">Only cases whose name contains this; empty for all.</param>
/// <param name="Json">One object instead of a table.</param>
/// <param name="Data">fast-modes: a folder in MVTec AD layout; quality, tune: a folder of such folders.</param>
/// <param name="Model">fast-modes: a trained model file.</param>
/// <param name="FastModel">fast-modes: a model of the same method whose training differs; empty for none.</param>
/// <param name="Preset">quality: the preset to train with.</param>
/// <param name="Minutes">quality: limit of each training, minutes of all cores; 0 for the preset's own schedule. tune: limit of the whole choice, above 0. card: about what all may take, 0 for no limit.</param>
/// <param name="Results">quality, tune: file that keeps each row as a line of JSON; rows in it are not measured again. Empty for none.</param>
internal sealed record BenchmarkOptions(
    string Name, int Rounds, double Seconds, string Only, bool Json, string Data = "", string Model = "", string FastModel = "", string Preset = "fast", double Minutes = 0, string Results = "")
{
    /// <summary>fast-modes: judge with the model file as it is, in float32 and in bfloat16, instead of in two modes of its method.</summary>
    public bool Bfloat16 { get; private init; }

    /// <summary>pytorch: a Python that has PyTorch.</summary>
    public string Python { get; private init; } = "/usr/bin/python3";

    /// <summary>quality, tune, align: folders under <see cref="Data"/>.</summary>
    public IReadOnlyList<string> Sets { get; private init; } = [];

    /// <summary>quality: options that differ from the preset's, each "key=value"; fast-modes: those that the fast mode differs in from the file.</summary>
    public IReadOnlyList<string> Settings { get; private init; } = [];

    /// <summary>card: what computes. Default Cuda.</summary>
    public CardProvider Provider { get; private init; }

    /// <summary>card: the card's peak in float32, TFLOP/s, as its maker says it; 0 to measure it.</summary>
    public double Peak { get; private init; }

    /// <summary>card: small models and few cases, to see that it runs.</summary>
    public bool IsShort { get; private init; }

    /// <summary>swap, card: how often the model is swapped, at least 1.</summary>
    public int Swaps { get; private init; } = 50;

    private const string Usage = "Usage: AnomalyLine.Benchmarks loopback|overhead|stages|threads|methods|onnx|pytorch|log|swap|soak|attack|decoding|unpacking|align [--rounds N] [--seconds S] [--only TEXT] [--python FILE] [--json]\n"
        + "       AnomalyLine.Benchmarks fast-modes --data DIR --model FILE [--fast-model FILE | --bfloat16 | --set KEY=VALUE...] [--json]\n"
        + "       AnomalyLine.Benchmarks quality --data ROOT --sets A,B [--preset fast] [--minutes M] [--set KEY=VALUE]... [--only METHOD] [--results FILE] [--json]\n"
        + "       AnomalyLine.Benchmarks align --data ROOT --sets A,B [--json]\n"
        + "       AnomalyLine.Benchmarks tune --data ROOT --sets A,B --minutes M [--results FILE] [--json]\n"
        + "       AnomalyLine.Benchmarks card [--provider Cuda|TensorRt|Cpu] [--peak TFLOPS] [--minutes M] [--swaps N] [--only TEXT] [--short] [--json]\n"
        + "       AnomalyLine.Benchmarks splits --data ROOT --sets A,B [--only METHOD] [--preset fast] [--minutes M] [--set KEY=VALUE]... [--json]";

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchmarkOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        error = null;
        var read = new BenchmarkOptions("", 5, 2, "", false);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "loopback" or "overhead" or "stages" or "threads" or "methods" or "onnx" or "pytorch" or "log" or "swap" or "soak" or "attack" or "decoding" or "fast-modes" or "quality" or "tune" or "splits" or "tiles" or "unpacking" or "card" or "align":
                    read = read with { Name = args[i] };
                    break;
                case "--bfloat16":
                    read = read with { Bfloat16 = true };
                    break;
                case "--short":
                    read = read with { IsShort = true };
                    break;
                case "--provider" when Enum.TryParse<CardProvider>(value, ignoreCase: true, out var provider) && Enum.IsDefined(provider):
                    read = read with { Provider = provider };
                    i++;
                    break;
                case "--peak" when double.TryParse(value, CultureInfo.InvariantCulture, out var peak) && peak > 0:
                    read = read with { Peak = peak };
                    i++;
                    break;
                case "--swaps" when int.TryParse(value, CultureInfo.InvariantCulture, out var swaps) && swaps >= 1:
                    read = read with { Swaps = swaps };
                    i++;
                    break;
                case "--json":
                    read = read with { Json = true };
                    break;
                case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds >= 1:
                    read = read with { Rounds = rounds };
                    i++;
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                    read = read with { Seconds = seconds };
                    i++;
                    break;
                case "--only" when value.Length > 0:
                    read = read with { Only = value };
                    i++;
                    break;
                case "--data" when value.Length > 0:
                    read = read with { Data = value };
                    i++;
                    break;
                case "--sets" when value.Length > 0:
                    read = read with { Sets = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) };
                    i++;
                    break;
                case "--set" when value.IndexOf('=', StringComparison.Ordinal) > 0:
                    read = read with { Settings = [.. read.Settings, value] };
                    i++;
                    break;
                case "--preset" when value.Length > 0:
                    read = read with { Preset = value };
                    i++;
                    break;
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out var minutes) && minutes >= 0:
                    read = read with { Minutes = minutes };
                    i++;
                    break;
                case "--results" when value.Length > 0:
                    read = read with { Results = value };
                    i++;
                    break;
                case "--python" when value.Length > 0:
                    read = read with { Python = value };
                    i++;
                    break;
                case "--model" when value.Length > 0:
                    read = read with { Model = value };
                    i++;
                    break;
                case "--fast-model" when value.Length > 0:
                    read = read with { FastModel = value };
                    i++;
                    break;
                default:
                    error = $"\"{args[i]}\" is not understood. {Usage}";
                    return false;
            }
        }

        if (read.Name.Length == 0) error = $"Say what to measure. {Usage}";
        else if (read.Name == "fast-modes" && (read.Data.Length == 0 || read.Model.Length == 0)) error = $"fast-modes needs --data and --model. {Usage}";
        else if (read.Name == "tune" && (read.Data.Length == 0 || read.Sets.Count == 0 || read.Minutes <= 0)) error = $"tune needs --data, --sets and --minutes. {Usage}";
        else if (read.Name is "quality" or "splits" && (read.Data.Length == 0 || read.Sets.Count == 0)) error = $"{read.Name} needs --data and --sets. {Usage}";
        else options = read;
        return options is not null;
    }
}
