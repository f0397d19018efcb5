using AnomalyLine.Detection;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>What is judged at a station, and how. Immutable: a change is a new revision.</summary>
/// <param name="Station">Name of the station.</param>
/// <param name="Revision">1, 2, 3, …; given by the line when it activates the recipe, 0 before.</param>
/// <param name="ModelVersion">Version of the model.</param>
/// <param name="Threshold">Score above which a part is NotOk; finite, at least 0 as scores are.</param>
/// <param name="PixelThreshold">Anomaly map value above which a pixel belongs to a region; finite.</param>
/// <param name="Area">The part of the frame that is judged; null for what the model has learnt with.</param>
/// <param name="Deadline">Time from a frame's arrival to its verdict, 1 ms..60 s.</param>
public sealed record Recipe(
    string Station, int Revision, string ModelVersion, float Threshold, float PixelThreshold, InspectionArea? Area, TimeSpan Deadline)
{
    /// <summary>Most characters of a product's name.</summary>
    public const int MaxProductIdLength = 64;

    /// <summary>Most characters of the reason for a revision.</summary>
    public const int MaxReasonLength = 512;

    /// <summary>Furthest that any operator may shift a threshold: half of it.</summary>
    public const float MaxSensitivityLimit = 0.5f;

    /// <summary>How far operators may shift where nobody said: a fifth.</summary>
    public const float DefaultSensitivityLimit = 0.2f;

    /// <summary>Shortest time that a frame can be given: 1 ms.</summary>
    public static readonly TimeSpan MinDeadline = TimeSpan.FromMilliseconds(1);

    /// <summary>Longest time that a frame can be given: 60 s.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(60);

    /// <summary>The product that it judges, at most 64 characters; empty for the default recipe.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>Revision whose values this one brought back; 0 where it has its own. Given by the line.</summary>
    public int RestoredFrom { get; init; }

    /// <summary>
    /// The operator's shift of the threshold, within <see cref="SensitivityLimit"/> to either side; 0 for none. Above 0 more is found and more is rejected:
    /// 0.1 takes a tenth off the threshold.
    /// </summary>
    public float Sensitivity { get; init; }

    /// <summary>How far the operator may shift, 0..<see cref="MaxSensitivityLimit"/>. Default 0.2.</summary>
    public float SensitivityLimit { get; init; } = DefaultSensitivityLimit;

    /// <summary>Who made this revision, as the audit names them; empty if nobody said.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>Why this revision was made, at most <see cref="MaxReasonLength"/> characters; empty if nobody said.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Score above which a part is NotOk: the threshold less the sensitivity's share of it.</summary>
    public float JudgedThreshold => Threshold - (Sensitivity * Math.Abs(Threshold));

    /// <summary>Judges what the model says of a frame. A score that is no finite number is NotDecidable.</summary>
    public Judgement Judge(DetectionResult detection)
    {
        ArgumentNullException.ThrowIfNull(detection);
        var score = detection.Score;
        if (!float.IsFinite(score))
        {
            return new(Verdict.NotDecidable, ReasonCode.ModelFailed, $"Model {ModelVersion} gave the score {score}, which is no finite number.", 0, []);
        }

        var regions = detection.Map.FindRegions(PixelThreshold);
        return score > JudgedThreshold
            ? new(Verdict.NotOk, ReasonCode.AboveThreshold, $"The score {score:G6} is above the threshold {JudgedThreshold:G6}.", score, regions)
            : new(Verdict.Ok, ReasonCode.WithinThreshold, "The score is within the threshold.", score, regions);
    }

    /// <summary>The same values as a revision that somebody makes.</summary>
    internal Recipe By(RecipeAuthor? author) => this with
    {
        CreatedBy = (author ?? RecipeAuthor.Unknown).User,
        Reason = (author ?? RecipeAuthor.Unknown).Reason
    };

    /// <summary>Everything that is wrong with its values; empty where nothing is.</summary>
    internal List<string> Check()
    {
        var errors = new List<string>();
        if (string.IsNullOrEmpty(ModelVersion)) errors.Add("no model version is given");
        if (!float.IsFinite(Threshold)) errors.Add($"the threshold {Threshold} is no finite number");
        else if (Threshold < 0) errors.Add($"the threshold {Threshold} is below 0, and so below every score: each part would be NotOk");
        if (!float.IsFinite(PixelThreshold)) errors.Add($"the pixel threshold {PixelThreshold} is no finite number");
        if (Deadline < MinDeadline || Deadline > MaxDeadline) errors.Add($"the deadline of {Deadline.TotalMilliseconds} ms is outside 1..60000 ms");
        if (Area?.Check() is { } area) errors.Add(area);
        if (SensitivityLimit is not (>= 0 and <= MaxSensitivityLimit)) errors.Add($"the sensitivity's limit {SensitivityLimit} is outside 0..{MaxSensitivityLimit}");
        else if (!(Math.Abs(Sensitivity) <= SensitivityLimit)) errors.Add($"the sensitivity {Sensitivity} is outside {-SensitivityLimit}..{SensitivityLimit}, which the recipe allows");
        if (CheckProduct(ProductId) is { } error) errors.Add(error);
        if (Reason.Length > MaxReasonLength) errors.Add($"the reason has {Reason.Length} characters, more than {MaxReasonLength}");
        if (ControlCharacters.Check(Reason) is { } wrong) errors.Add($"the reason {wrong}");
        return errors;
    }

    /// <summary>The same as an error; null where nothing is wrong.</summary>
    internal LineError? ToError() => Check() is { Count: > 0 } errors
        ? new LineError(LineErrorCode.InvalidRecipe, $"The recipe for station '{Station}' is not valid: {string.Join("; ", errors)}.")
        : null;

    /// <summary>What is wrong with a product's name; null where nothing is.</summary>
    internal static string? CheckProduct(string productId)
    {
        if (productId.Length > MaxProductIdLength) return $"the product's name has {productId.Length} characters, more than {MaxProductIdLength}";
        return ControlCharacters.Check(productId) is { } wrong ? $"the product's name {wrong}" : null;
    }
}
