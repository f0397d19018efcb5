using System.Text.Json.Nodes;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;

namespace AnomalyLine.Detection.Models;

/// <summary>What a model file says of itself (manifest.json). Data only; nothing in it is executed.</summary>
public sealed record ModelManifest
{
    /// <summary>Version of the file's format that this program writes and reads.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the file's format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Name of the method, such as "riad".</summary>
    public required string Method { get; init; }

    /// <summary>Preset that the options started from.</summary>
    public required string Preset { get; init; }

    /// <summary>Version of the model whose weights the training started from; null where they were random.</summary>
    public string? Parent { get; init; }

    /// <summary>All options of the method, defaults included.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>What a frame is prepared to.</summary>
    public required InputSpec Input { get; init; }

    /// <summary>Seed of the training.</summary>
    public required int Seed { get; init; }

    /// <summary>Frames that were trained on, and the SHA-256 over their names and bytes.</summary>
    public required TrainingSet TrainingSet { get; init; }

    /// <summary>Thresholds from held-out normals.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>Figures from training: final loss, epochs, minutes.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Mean loss of each epoch of the training; empty in files of earlier releases.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>What judging in bfloat16 changes; null where it was not tried, as in files of earlier releases.</summary>
    public Bfloat16Trial? Bfloat16 { get; init; }

    /// <summary>What a reader must know of the training: copies among the frames, what was left out, held-out normals that are unlike the rest. Empty in files of earlier releases.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Libraries and their versions.</summary>
    public required IReadOnlyDictionary<string, string> Libraries { get; init; }

    /// <summary>When it was trained.</summary>
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>Frames that loading replays.</summary>
    public required IReadOnlyList<ModelReference> References { get; init; }

    /// <summary>The other files of the archive with their SHA-256, 64 lower-case hex digits each.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }
}
