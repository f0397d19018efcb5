using AnomalyLine.Inspection;

namespace AnomalyLine.Management.Samples;

/// <summary>A frame kept for training. The picture is a PNG file named by its SHA-256; two samples of one station never have the same picture.</summary>
public sealed record Sample
{
    /// <summary>1, 2, 3, …; given by the database.</summary>
    public long Id { get; init; }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>SHA-256 of the PNG file, 64 lower-case hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the PNG file.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; }

    /// <summary>The part's identity; may be empty.</summary>
    public string PartId { get; init; } = "";

    /// <summary>The part's product; empty for none, for an imported one, and for one that an earlier program kept.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>When the camera exposed the frame; when it was brought in, for an imported one.</summary>
    public DateTimeOffset CaptureTime { get; init; }

    /// <summary>When it became a sample.</summary>
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Why it was kept.</summary>
    public SampleReason Reason { get; init; }

    /// <summary>The station's sequence of its inspection; 0 for an imported one.</summary>
    public long Sequence { get; init; }

    /// <summary>Verdict of its inspection; <see cref="Verdict.Undefined"/> for an imported one.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>Score of its inspection; 0 for an imported one.</summary>
    public double Score { get; init; }

    /// <summary>Threshold of its inspection; 0 for an imported one.</summary>
    public double Threshold { get; init; }

    /// <summary>Model version of its inspection; empty for an imported one.</summary>
    public string ModelVersion { get; init; } = "";

    /// <summary>What the part is.</summary>
    public SampleLabel Label { get; set; }

    /// <summary>Kind of defect, such as "scratch", at most <see cref="DefectKind.MaxLength"/> characters; empty for a normal one or where nobody said.</summary>
    public string Defect { get; set; } = "";

    /// <summary>What a person has said of it.</summary>
    public SampleState State { get; set; } = SampleState.Pending;

    /// <summary>Who reviewed it last; empty where nobody did.</summary>
    public string ReviewedBy { get; set; } = "";

    /// <summary>When it was reviewed last; null where it never was.</summary>
    public DateTimeOffset? ReviewTime { get; set; }

    /// <summary>Why it may be no normal part although it counts as one; empty where nothing says so.</summary>
    public string Suspicion { get; set; } = "";

    /// <summary>What an inspection says of its frame; number, sum, sizes and time of creation are filled in when it is kept.</summary>
    public static Sample Of(InspectionRecord record, SampleReason reason, SampleLabel label)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new Sample
        {
            Station = record.Station,
            Sha256 = "",
            PartId = record.PartId,
            ProductId = record.ProductId,
            CaptureTime = record.CaptureTime,
            Reason = reason,
            Sequence = record.Sequence,
            Verdict = record.Verdict,
            Score = record.Score,
            Threshold = record.Threshold,
            ModelVersion = record.ModelVersion,
            Label = label,
        };
    }
}
