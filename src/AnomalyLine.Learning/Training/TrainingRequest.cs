using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Datasets;

namespace AnomalyLine.Learning.Training;

/// <summary>What to train, on what, and where to write it.</summary>
public sealed record TrainingRequest
{
    /// <summary>Name of the method, see <see cref="Catalog.MethodCatalog"/>.</summary>
    public required string Method { get; init; }

    /// <summary>Folder in MVTec AD layout; only train/good is read.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The model file to write; its folder must exist.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// A model file to start from instead of random weights: of the same method and the same build of network. Its options take the place of the preset's, with a fifth of
    /// its epochs at half its learning rate, unless it was started from another itself. Null for random weights.
    /// </summary>
    public string? From { get; init; }

    /// <summary>"paper", "balanced" or "fast"; without effect where <see cref="From"/> is given.</summary>
    public string Preset { get; init; } = "balanced";

    /// <summary>Options to change in the preset: names and values as text.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Passes over the training frames; null for the preset's.</summary>
    public int? Epochs { get; init; }

    /// <summary>Seed of everything random. Without a time limit the same seed on the same machine gives the same model.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether to go on from the checkpoint that an interrupted training of the same output left; without one it starts anew.</summary>
    public bool Resume { get; init; }

    /// <summary>The part of the frames to learn from and to judge; null for that of <see cref="From"/>, or without it for all of them.</summary>
    public InspectionArea? Area { get; init; }

    /// <summary>"auto", "cpu" or "cuda".</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Time for the training steps; the learning rate reaches its end with it. Null for no limit.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>The share of normal parts that may be rejected, above 0 and below 1.</summary>
    public double FalseRejectRate { get; init; } = 0.01;

    /// <summary>
    /// How the thresholds are taken. Null for what suits: from held-out normals by split conformal calibration, but from all of them by cross calibration where the method learns at once and the held-out ones
    /// would be too few for <see cref="FalseRejectRate"/>.
    /// </summary>
    public CalibrationKind? Calibration { get; init; }

    /// <summary>The share of normals that is held out for calibration, above 0 and at most 0.5.</summary>
    public double HeldOut { get; init; } = 0.2;

    /// <summary>
    /// Whether defects planted on validation normals decide if maps are measured against normal frames (the option normalise): unless <see cref="Options"/> say it, or the preset is the
    /// paper's. Too few normals for it leave the preset's choice.
    /// </summary>
    public bool ChoosesMaps => Preset != "paper" && !Says("normalise");

    /// <summary>
    /// Whether frames decide how many channels a model takes: one where no normal frame has a colour. Otherwise made anomalies of another colour would be easy to tell on them, and
    /// differences of colour nothing but noise. Not where <see cref="Options"/> say it, nor with the paper's preset.
    /// </summary>
    public bool ChoosesChannels => Preset != "paper" && !Says("channels");

    /// <summary>
    /// Whether frames decide the proportions of a model's input, so that they are never squeezed, and those of other proportions are letterboxed. Not where <see cref="Options"/> say fit, or width and height as
    /// in size=256x256, nor with the paper's preset.
    /// </summary>
    public bool ChoosesProportions => Preset != "paper" && !Says("fit") && !Options.Any(o => o.Key.Equals("size", StringComparison.OrdinalIgnoreCase) && o.Value.Contains('x', StringComparison.OrdinalIgnoreCase));

    /// <summary>The normals of <see cref="DataFolder"/> by part, where somebody knows them already.</summary>
    internal PartGroups? Parts { get; init; }

    private bool Says(string option) => Options.Keys.Contains(option, StringComparer.OrdinalIgnoreCase);
}
