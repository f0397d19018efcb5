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
        Reason = (Wire.SampleReason)sample.Reason,
        Sequence = (ulong)sample.Sequence,
        Verdict = (Wire.Verdict)sample.Verdict,
        Score = sample.Score,
        Threshold = sample.Threshold,
        ModelVersion = sample.ModelVersion,
        Label = (Wire.SampleLabel)sample.Label,
        Defect = sample.Defect,
        State = (Wire.SampleState)sample.State,
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
        return new SampleFilter
        {
            Station = request.Station.Length == 0 ? null : request.Station,
            State = request.State.ToState("state"),
            Label = request.Label.ToLabel("label"),
            Reason = request.Reason.ToReason("reason"),
            Suspected = request.HasSuspected ? request.Suspected : null,
            Since = request.Since?.ToDateTimeOffset(),
        };
    }

    /// <summary>Which samples go; a filter that matches everything is refused.</summary>
    public static SampleFilter ToFilter(this Wire.DeleteSamplesRequest request)
    {
        var filter = new SampleFilter
        {
            Station = request.Station.Length == 0 ? null : request.Station,
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

    private static SampleReason? ToReason(this Wire.SampleReason reason, string field) => (int)reason == 0 ? null
        : System.Enum.IsDefined((SampleReason)reason) ? (SampleReason)reason
            : throw LineErrors.InvalidArgument(field, $"is {(int)reason}; send 0..4.");

    public static SampleState? ToState(this Wire.SampleState state, string field) => (int)state == 0 ? null
        : System.Enum.IsDefined((SampleState)state) ? (SampleState)state : throw LineErrors.InvalidArgument(field, $"is {(int)state}; send 1 (PENDING), 2 (APPROVED) or 3 (EXCLUDED).");

    public static SampleLabel? ToLabel(this Wire.SampleLabel label, string field) => (int)label == 0 ? null
        : System.Enum.IsDefined((SampleLabel)label) ? (SampleLabel)label : throw LineErrors.InvalidArgument(field, $"is {(int)label}; send 1 (NORMAL) or 2 (ANOMALOUS).");
}
