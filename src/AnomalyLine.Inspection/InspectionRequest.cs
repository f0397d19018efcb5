using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Imaging;

namespace AnomalyLine.Inspection;

/// <summary>One frame to judge, or what was wrong with one: that too gets its record.</summary>
public sealed record InspectionRequest
{
    /// <summary>Most characters of a part's identity.</summary>
    public const int MaxPartIdLength = 128;

    /// <summary>A frame to judge.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="partId">Identity of the part, at most 128 characters; may be empty.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="deadline">Time from arrival to verdict, 1 ms..60 s; null for the recipe's.</param>
    [SetsRequiredMembers]
    public InspectionRequest(string station, string partId, Frame frame, TimeSpan? deadline = null)
    {
        Station = station;
        PartId = partId;
        Frame = frame;
        Deadline = deadline;
    }

    /// <summary>A frame that could not be one.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="partId">Identity of the part; may be empty.</param>
    /// <param name="frameError">What is wrong with the frame and what to send instead (from <c>Frame.TryCreate</c>).</param>
    [SetsRequiredMembers]
    public InspectionRequest(string station, string partId, string frameError)
    {
        Station = station;
        PartId = partId;
        FrameError = frameError;
    }

    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Identity of the part; empty for the announced one (<c>Line.SetNextPart</c>), if any. Longer than 128 characters: the record is NotDecidable and has the
    /// first 128. With control characters: NotDecidable too, and the record has them written out; line ends and tabs at its end, as scanners add them, are taken off instead.</summary>
    public required string PartId { get; init; }

    /// <summary>The part's product, at most 64 characters; empty for the announced part's where <see cref="PartId"/> is empty too, else the station's selected one.</summary>
    public string ProductId { get; init; } = "";

    /// <summary>The frame; null where <see cref="FrameError"/> says why there is none.</summary>
    public Frame? Frame { get; }

    /// <summary>What is wrong with the frame; null where there is one.</summary>
    public string? FrameError { get; }

    /// <summary>Why there is no frame, for the inspection: <see cref="ReasonCode.InvalidFrame"/> where nothing else is said.</summary>
    public ReasonCode FrameErrorCode { get; init; } = ReasonCode.InvalidFrame;

    /// <summary>Time from arrival until the log has the verdict, 1 ms..60 s; null for the recipe's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Whether the frame's capture time is far from this machine's clock; found when it arrives.</summary>
    internal bool IsCaptureTimeUncertain { get; init; }

    /// <summary>The same without the ends that a scanner adds to part and product.</summary>
    internal InspectionRequest WithoutScanEnds()
    {
        var (part, product) = (ControlCharacters.TrimScan(PartId), ControlCharacters.TrimScan(ProductId));
        return part.Length == PartId.Length && product.Length == ProductId.Length ? this : this with { PartId = part, ProductId = product };
    }

    /// <summary>
    /// Timestamp of the frame's arrival by the line's clock, as early as the transport knows it; null for the moment at which the line is asked.
    /// </summary>
    public long? Arrival { get; init; }

    /// <summary>What makes it impossible to judge; null where nothing does.</summary>
    internal string? Check()
    {
        if (FrameError is not null) return FrameError;
        if (PartId.Length > MaxPartIdLength) return $"The part's identity has {PartId.Length} characters; the limit is {MaxPartIdLength}.";
        if (ProductId.Length > Recipe.MaxProductIdLength) return $"The product's name has {ProductId.Length} characters; the limit is {Recipe.MaxProductIdLength}.";
        if (ControlCharacters.Check(PartId) is { } part) return $"part_id: {part}; send printable characters only.";
        if (ControlCharacters.Check(ProductId) is { } product) return $"product_id: {product}; send printable characters only.";
        return Deadline is { } d && (d < Recipe.MinDeadline || d > Recipe.MaxDeadline)
            ? $"The deadline of {d.TotalMilliseconds} ms is outside 1..60000 ms."
            : null;
    }
}
