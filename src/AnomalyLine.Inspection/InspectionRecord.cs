using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>One recipe applied to one part, with its result: the record of one frame. Immutable.</summary>
public sealed record InspectionRecord
{
    /// <summary>Place in the log over all stations, rising, from 1; 0 until the log has it.</summary>
    public long Position { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>The station's own number of this inspection: 1, 2, 3, … without gaps; 0 until the log has it.</summary>
    public long Sequence { get; init; }

    /// <summary>The part's identity as the camera or the PLC gave it; may be empty; at most 128 characters.</summary>
    public required string PartId { get; init; }

    /// <summary>The part's product, which chose the recipe: the frame's, else the announced part's, else the station's selected one. May be empty; at most 64 characters.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>The verdict; never <see cref="Verdict.Undefined"/>.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Why.</summary>
    public required ReasonCode ReasonCode { get; init; }

    /// <summary>Why, in words.</summary>
    public required string ReasonText { get; init; }

    /// <summary>Anomaly score, higher is more anomalous; 0 where the model gave none.</summary>
    public float Score { get; init; }

    /// <summary>The recipe's threshold: NotOk above it; 0 where the station has no recipe.</summary>
    public float Threshold { get; init; }

    /// <summary>Areas above the pixel threshold, largest peak first, at most 64.</summary>
    public IReadOnlyList<DefectRegion> Regions { get; init; } = [];

    /// <summary>Version of the recipe's model; empty where the station has no recipe.</summary>
    public string ModelVersion { get; init; } = "";

    /// <summary>Revision of the station's recipe that judged: 1, 2, 3, …; 0 where it has none.</summary>
    public int RecipeRevision { get; init; }

    /// <summary>When the camera exposed the frame; the time of arrival where the frame could not be read.</summary>
    public required DateTimeOffset CaptureTime { get; init; }

    /// <summary>Whether <see cref="CaptureTime"/> was further from this machine's clock than the options allow when the frame arrived: the camera's clock is wrong, or the frame is an old one.</summary>
    public bool IsCaptureTimeUncertain { get; init; }

    /// <summary>When the verdict was made.</summary>
    public required DateTimeOffset CompletionTime { get; init; }

    /// <summary>Where the time went.</summary>
    public Timings Timings { get; init; }

    /// <summary>Width of the frame in pixels; 0 where it could not be read.</summary>
    public int FrameWidth { get; init; }

    /// <summary>Height of the frame in pixels; 0 where it could not be read.</summary>
    public int FrameHeight { get; init; }
}
