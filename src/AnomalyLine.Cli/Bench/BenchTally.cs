using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Bench;

/// <summary>What came of the frames of a load. One writer at a time.</summary>
internal sealed class BenchTally
{
    private readonly List<double> _latencyMs = [];
    private readonly OrderedDictionary<string, List<double>> _stagesMs = new(StringComparer.Ordinal);

    /// <summary>Frames given to the connection.</summary>
    public long Sent { get; set; }

    /// <summary>Frames answered with a record.</summary>
    public long Answered { get; private set; }

    /// <summary>Frames answered by NotDecidable for their deadline.</summary>
    public long Late { get; private set; }

    /// <summary>Frames answered by NotDecidable for another reason, overload say.</summary>
    public long Undecided { get; private set; }

    /// <summary>Frames refused without a record.</summary>
    public long Refused { get; private set; }

    /// <summary>An answer came.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="latencyMs">From when the frame was due to the answer.</param>
    public void Count(InspectResponse answer, double latencyMs)
    {
        _latencyMs.Add(latencyMs);
        if (answer.Inspection is not { } inspection)
        {
            Refused++;
            return;
        }

        Answered++;
        if (inspection.ReasonCode == ReasonCode.DeadlineExceeded) Late++;
        else if (inspection.Verdict == Verdict.NotDecidable) Undecided++;
        if (inspection.Timings is not { } t) return;
        var stages = new[]
        {
            ("decode", t.DecodeMs), ("preprocess", t.PrepareMs - t.DecodeMs), ("queue", t.QueueMs), ("forward", t.ForwardMs), ("score", t.DetectMs - t.ForwardMs),
            ("judge", t.JudgeMs), ("log", t.LogMs), ("server", t.TotalMs),
        };
        foreach (var (stage, milliseconds) in stages)
        {
            if (!_stagesMs.TryGetValue(stage, out var values)) _stagesMs.Add(stage, values = []);
            values.Add(milliseconds);
        }
    }

    /// <summary>Adds another camera's.</summary>
    public void Add(BenchTally other)
    {
        Sent += other.Sent;
        Answered += other.Answered;
        Late += other.Late;
        Undecided += other.Undecided;
        Refused += other.Refused;
        _latencyMs.AddRange(other._latencyMs);
        foreach (var (stage, values) in other._stagesMs)
        {
            if (!_stagesMs.TryGetValue(stage, out var mine)) _stagesMs.Add(stage, mine = []);
            mine.AddRange(values);
        }
    }

    /// <summary>The latency that a share of all answers did not exceed, milliseconds; null without answers.</summary>
    public double? LatencyMs(double share) => Quantile(_latencyMs, share);

    /// <summary>Names of the stages that answers told of, in the order of a frame's way.</summary>
    public IEnumerable<string> Stages => _stagesMs.Keys;

    /// <summary>The time in a stage that a share of the frames did not exceed, milliseconds.</summary>
    public double StageMs(string stage, double share) => Quantile(_stagesMs[stage], share) ?? double.NaN;

    private static double? Quantile(List<double> values, double share)
    {
        if (values.Count == 0) return null;
        values.Sort();
        return values[Math.Clamp((int)Math.Ceiling(share * values.Count) - 1, 0, values.Count - 1)];
    }
}
