using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Camera;

/// <summary>What came of a camera's frames. Each value has one writer.</summary>
internal sealed class CameraTally
{
    private readonly List<double> _roundTripMs = [];

    /// <summary>What was left out of the source, each once however often the source is gone through.</summary>
    public HashSet<string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that could not be read.</summary>
    public HashSet<string> Unreadable { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the first of them.</summary>
    public string FirstUnreadable { get; set; } = "";

    public long Taken { get; set; }

    public long SentAgain { get; set; }

    public long Dropped { get; set; }

    public long Reconnections { get; set; }

    public long Ok { get; private set; }

    public long NotOk { get; private set; }

    public long NotDecidable { get; private set; }

    public long Errors { get; private set; }

    public long Unanswered { get; set; }

    public double Seconds { get; set; }

    public long Answered => Ok + NotOk + NotDecidable + Errors;

    /// <summary>An answer came.</summary>
    public void Count(InspectResponse answer, double roundTripMs)
    {
        _roundTripMs.Add(roundTripMs);
        if (answer.Inspection is not { } inspection) Errors++;
        else if (inspection.Verdict == Verdict.Ok) Ok++;
        else if (inspection.Verdict == Verdict.NotOk) NotOk++;
        else NotDecidable++;
    }

    /// <summary>The round trip that a share of all answers did not exceed, milliseconds; null without answers.</summary>
    public double? RoundTripMs(double share) =>
        _roundTripMs.Count == 0 ? null : _roundTripMs.Order().ElementAt((int)Math.Ceiling(share * _roundTripMs.Count) - 1);

    public object Describe(string station) => new
    {
        station,
        taken = Taken,
        sentAgain = SentAgain,
        dropped = Dropped,
        reconnections = Reconnections,
        ok = Ok,
        notOk = NotOk,
        notDecidable = NotDecidable,
        errors = Errors,
        unanswered = Unanswered,
        seconds = Seconds,
        notes = Notes,
        unreadable = Unreadable,
        roundTripMs = new { p50 = RoundTripMs(0.5), p95 = RoundTripMs(0.95), p99 = RoundTripMs(0.99) },
    };

    public IEnumerable<string> Lines()
    {
        yield return $"{Taken} frames taken in {Seconds:0.0} s: {Ok} Ok, {NotOk} NotOk, {NotDecidable} NotDecidable"
            + (Errors > 0 ? $", {Errors} refused" : "") + (Unanswered > 0 ? $", {Unanswered} without an answer" : "");
        if (RoundTripMs(0.5) is { } median) yield return $"round trip: median {median:0.0} ms, 95 % within {RoundTripMs(0.95):0.0} ms, 99 % within {RoundTripMs(0.99):0.0} ms";
        if (Reconnections > 0) yield return $"{Reconnections} attempts to reconnect; {SentAgain} frames sent again, which the server may have inspected twice";
        if (Dropped > 0) yield return $"{Dropped} frames dropped while too many were waiting for their answer";
    }
}
