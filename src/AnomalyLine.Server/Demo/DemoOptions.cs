using System.Globalization;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Demo;

/// <summary>A line on one machine that renders its own parts, trains itself and runs: --demo [--data DIR] [--method M] [--preset P] [--max-minutes N].</summary>
internal sealed record DemoOptions
{
    /// <summary>Folder of the data set, the model and the log; kept for the next start.</summary>
    public string DataFolder { get; init; } = Path.Combine("artifacts", "demo");

    /// <summary>Method to train.</summary>
    public string Method { get; init; } = "padim";

    /// <summary>Preset of the method.</summary>
    public string Preset { get; init; } = "fast";

    /// <summary>Where training stops, minutes.</summary>
    public double MaxMinutes { get; init; } = 1.5;

    /// <summary>Normal parts to render and train on.</summary>
    public int TrainingParts { get; init; } = 200;

    /// <summary>Width and height of the rendered frames, pixels.</summary>
    public int FrameSize { get; init; } = 256;

    /// <summary>Parts a second at each station.</summary>
    public double PartsPerSecond { get; init; } = 4;

    /// <summary>Part of the parts that have a defect, 0..1.</summary>
    public double DefectRate { get; init; } = 0.12;

    /// <summary>The stations.</summary>
    public IReadOnlyList<string> Stations { get; init; } = ["press-1", "press-2"];

    /// <summary>Takes --demo and its options out of the command line; null where --demo is not there.</summary>
    /// <exception cref="InvalidOptionsException">An option has no value, or a wrong one.</exception>
    public static DemoOptions? Parse(ref string[] args)
    {
        var words = args.ToList();
        if (!words.Remove("--demo")) return null;
        var options = new DemoOptions();
        options = options with
        {
            DataFolder = Take(words, "--data") ?? options.DataFolder,
            Method = Take(words, "--method") ?? options.Method,
            Preset = Take(words, "--preset") ?? options.Preset,
        };
        if (Take(words, "--max-minutes") is { } minutes)
        {
            options = double.TryParse(minutes, CultureInfo.InvariantCulture, out var limit) && limit > 0
                ? options with { MaxMinutes = limit }
                : throw new InvalidOptionsException([$"--max-minutes is \"{minutes}\"; write a number above 0."]);
        }

        args = [.. words];
        return options;
    }

    /// <summary>The server's settings for it: this machine alone, OPC UA open to anyone on it.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ToSettings() =>
    [
        new("AnomalyLine:DataFolder", DataFolder),
        new("AnomalyLine:BindAddress", "127.0.0.1"),
        new("AnomalyLine:Tls:Certificate", null),
        new("AnomalyLine:Tls:Key", null),
        new("AnomalyLine:OpcUa:Host", "127.0.0.1"),
        new("AnomalyLine:OpcUa:Laboratory", "true"),
    ];

    /// <summary>The word after a name, both taken out; null where the name is not there.</summary>
    private static string? Take(List<string> words, string name)
    {
        var at = words.IndexOf(name);
        if (at < 0) return null;
        if (at + 1 >= words.Count) throw new InvalidOptionsException([$"{name} has no value."]);
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }
}
