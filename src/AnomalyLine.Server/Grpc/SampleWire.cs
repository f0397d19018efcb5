using AnomalyLine.Management.Samples;
using Google.Protobuf.WellKnownTypes;
using Wire = AnomalyLine.Contracts.V1;

namespace AnomalyLine.Server.Grpc;

/// <summary>Samples and policies between the contract and management's own words.</summary>
internal static class SampleWire
{
    public static Wire.Sample ToWire(this Sample sample) => new()
    {
        Id = (ulong)sample.Id,
        Station = sample.Station,
        Sha256 = sample.Sha256,
        SizeBytes = (ulong)sample.SizeBytes,
        Width = (uint)sample.Width,
        Height = (uint)sample.Height,
        PartId = sample.PartId,
        CaptureTime = sample.CaptureTime.ToTimestamp(),
        CreationTime = sample.CreationTime.ToTimestamp(),
        Reason = sample.Reason.ToWire(),
        Sequence = (ulong)sample.Sequence,
        Verdict = sample.Verdict.ToWire(),
        Score = sample.Score,
        Threshold = sample.Threshold,
        ModelVersion = sample.ModelVersion,
        Label = sample.Label.ToWire(),
        Defect = sample.Defect,
        State = sample.State.ToWire(),
        ReviewedBy = sample.ReviewedBy,
        ReviewTime = sample.ReviewTime?.ToTimestamp(),
        Suspicion = sample.Suspicion,
        ProductId = sample.ProductId,
    };

    public static Wire.CollectionPolicy ToWire(this CollectionPolicy policy) => new()
    {
        Station = policy.Station,
        Enabled = policy.Enabled,
        EveryNthOk = (uint)policy.EveryNthOk,
        AllNotOk = policy.AllNotOk,
        Interval = TimeSpan.FromSeconds(policy.IntervalSeconds).ToDuration(),
        MaxSamples = (uint)policy.MaxSamples,
        MaxBytes = (ulong)policy.MaxBytes,
        MaxAgeDays = (uint)policy.MaxAgeDays,
    };

    /// <summary>A policy; what is absent gets its default.</summary>
    public static CollectionPolicy ToPolicy(this Wire.CollectionPolicy policy)
    {
        var start = new CollectionPolicy { Station = policy.Station };
        return start with
        {
            Enabled = policy.HasEnabled ? policy.Enabled : start.Enabled,
            EveryNthOk = policy.HasEveryNthOk ? RequestReader.ToInt(policy.EveryNthOk) : start.EveryNthOk,
            AllNotOk = policy.HasAllNotOk ? policy.AllNotOk : start.AllNotOk,
            IntervalSeconds = policy.Interval is { } interval ? interval.Seconds + (interval.Nanos / 1e9) : start.IntervalSeconds,
            MaxSamples = policy.HasMaxSamples ? RequestReader.ToInt(policy.MaxSamples) : start.MaxSamples,
            MaxBytes = policy.HasMaxBytes ? RequestReader.ToLong(policy.MaxBytes) : start.MaxBytes,
            MaxAgeDays = policy.HasMaxAgeDays ? RequestReader.ToInt(policy.MaxAgeDays) : start.MaxAgeDays,
        };
    }

    public static SampleFilter ToFilter(this Wire.ListSamplesRequest request)
    {
        if (request.Since is { } since && !RequestReader.IsValid(since)) throw LineErrors.InvalidArgument("since", "is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");
        if (request.Until is { } until && !RequestReader.IsValid(until)) throw LineErrors.InvalidArgument("until", "is outside 0001-01-01..9999-12-31; send UTC time or leave it out.");
        return new SampleFilter
        {
            Station = OrNull(request.Station),
            State = request.State.ToState("state"),
            Label = request.Label.ToLabel("label"),
            Reason = request.Reason.ToReason("reason"),
            Suspected = request.HasSuspected ? request.Suspected : null,
            Since = request.Since?.ToDateTimeOffset(),
            Until = request.Until?.ToDateTimeOffset(),
            Part = OrNull(request.PartId),
            Product = OrNull(request.ProductId),
            Defect = OrNull(request.Defect),
            ReviewedBy = OrNull(request.ReviewedBy),
            LeastScoreRatio = request.HasLeastScoreRatio ? Finite(request.LeastScoreRatio, "least_score_ratio") : null,
            MostScoreRatio = request.HasMostScoreRatio ? Finite(request.MostScoreRatio, "most_score_ratio") : null,
        };
    }

    public static Wire.SampleReview ToWire(this ReviewEntry entry) => new()
    {
        Time = entry.Time.ToTimestamp(),
        User = entry.User,
        State = entry.State.ToWire(),
        Label = entry.Label.ToWire(),
        Defect = entry.Defect,
        Comment = entry.Comment,
        Sequence = (ulong)entry.Sequence,
    };

    public static Wire.DefectKind ToWire(this DefectKind kind) => new() { Name = kind.Name, CreationTime = kind.CreationTime.ToTimestamp(), CreatedBy = kind.CreatedBy };

    /// <summary>Which samples go; a filter that matches everything is refused.</summary>
    public static SampleFilter ToFilter(this Wire.DeleteSamplesRequest request)
    {
        var filter = new SampleFilter
        {
            Station = OrNull(request.Station),
            State = request.State.ToState("state"),
            Label = request.Label.ToLabel("label"),
            Reason = request.Reason.ToReason("reason"),
        };
        if (filter == new SampleFilter() == (request.Ids.Count == 0))
            throw LineErrors.InvalidArgument("ids", "name samples by their numbers, or say which with station, state, label or reason; one of both.");
        return request.Ids.Count == 0 ? filter : filter with { Ids = [.. request.Ids.Select(RequestReader.ToLong).Distinct()] };
    }

    public static SampleDecision ToDecision(Wire.SampleDecision seen) => new(
        RequestReader.ToLong(seen.Id), seen.State.ToState("expected.state")
            ?? throw LineErrors.InvalidArgument("expected.state", "is UNSPECIFIED; send PENDING, APPROVED or EXCLUDED."),
        seen.Label.ToLabel("expected.label"), seen.HasDefect ? seen.Defect : null);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static double Finite(double value, string field) => double.IsFinite(value) ? value : throw LineErrors.InvalidArgument(field, $"is {value}; send a finite number, or leave it out.");

    private static SampleReason? ToReason(this Wire.SampleReason reason, string field) => EnumWire.FromWireOrNull<SampleReason, Wire.SampleReason>(reason, field);

    public static SampleState? ToState(this Wire.SampleState state, string field) => EnumWire.FromWireOrNull<SampleState, Wire.SampleState>(state, field);

    public static SampleLabel? ToLabel(this Wire.SampleLabel label, string field) => EnumWire.FromWireOrNull<SampleLabel, Wire.SampleLabel>(label, field);
}
