using System.Text.Json;
using System.Text.Json.Serialization;
using AnomalyLine.Learning.Training;

namespace AnomalyLine.Management.Training;

/// <summary>One line of a trainer's standard output: how far it is, and at the end what came of it. A JSON object.</summary>
/// <param name="Phase">What it does, in a word: "loading", "training", "calibrating", "saving", "comparing", "note", "done", "failed".</param>
/// <param name="Fraction">Part of the whole that is done, 0..1.</param>
/// <param name="Loss">The latest loss; null outside training.</param>
/// <param name="Message">The same in words, for people.</param>
public sealed record TrainerLine(string Phase, double Fraction, double? Loss, string Message)
{
    /// <summary>The latest loss on the validation normals; null outside training and where there are none.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Epochs done; null outside training.</summary>
    public int? Epoch { get; init; }

    /// <summary>Epochs in all; null outside training.</summary>
    public int? Epochs { get; init; }

    /// <summary>Estimate of the time that the training steps still take; null outside training.</summary>
    public double? LeftSeconds { get; init; }

    /// <summary>Part of the whole job that is done, 0..1: each of its phases is a share of it, so that it never falls.</summary>
    [JsonIgnore]
    public double DoneOfJob => Phase switch
    {
        "checking" => CheckingShare * Fraction,
        "comparing" => 1 - (ComparingShare * (1 - Fraction)),
        Done or Note => Fraction,
        _ => CheckingShare + ((1 - CheckingShare - ComparingShare) * Fraction),
    };

    private const double CheckingShare = 0.1, ComparingShare = 0.1;

    /// <summary><see cref="Phase"/> of the last line of a training that did not succeed.</summary>
    public const string Failed = "failed";

    /// <summary><see cref="Phase"/> of the last line of a training that wrote its model.</summary>
    public const string Done = "done";

    /// <summary><see cref="Phase"/> of what a reader must know of frames or model, such as files that were left out.</summary>
    public const string Note = "note";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>From what the trainer tells of itself.</summary>
    public static TrainerLine From(TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var (phase, words) = progress.Stage switch
        {
            TrainingStage.Loading => ("loading", "reading the frames"),
            TrainingStage.Training => ("training", $"epoch {progress.Epoch} of {progress.Epochs}, about {progress.Left.TotalSeconds:0} s left"),
            TrainingStage.Calibrating => ("calibrating", "calibrating the threshold on held-out normal parts"),
            TrainingStage.Saving => ("saving", "writing the model file"),
            _ => throw new ArgumentOutOfRangeException(nameof(progress), progress.Stage, "is no stage."),
        };
        var line = new TrainerLine(phase, progress.Done, double.IsNaN(progress.Loss) ? null : progress.Loss, words);
        return progress.Stage == TrainingStage.Training
            ? line with { Epoch = progress.Epoch, Epochs = progress.Epochs, LeftSeconds = progress.Left.TotalSeconds, ValidationLoss = double.IsNaN(progress.ValidationLoss) ? null : progress.ValidationLoss }
            : line;
    }

    /// <summary>The JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads a line; null where it is not one of a trainer's.</summary>
    public static TrainerLine? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!line.StartsWith('{')) return null;
        try
        {
            return JsonSerializer.Deserialize<TrainerLine>(line, s_json) is { Phase: not null, Message: not null } read ? read : null;
        }
        catch (JsonException)
        {
            // A native library may print to standard output too; what is not ours is not progress.
            return null;
        }
    }
}
