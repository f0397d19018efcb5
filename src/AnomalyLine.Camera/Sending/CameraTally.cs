using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Camera.Sending;

/// <summary>What came of a camera's frames since the start. Each value has one writer; any thread may read.</summary>
internal sealed class CameraTally
{
    /// <summary>Round trips that percentiles are taken from: the last ones.</summary>
    private const int MostRoundTrips = 20_000;

    private readonly Queue<double> _roundTripMs = new();
    private readonly Dictionary<string, long> _incomplete = new(StringComparer.Ordinal);

    /// <summary>What was left out of the source, each once however often the source is gone through.</summary>
    public HashSet<string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that could not be read.</summary>
    public HashSet<string> Unreadable { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the first of them.</summary>
    public string FirstUnreadable { get; set; } = "";

    /// <summary>Frames that came from the source, incomplete ones included.</summary>
    public long Taken { get; set; }

    /// <summary>Frames of a stream that its rate left out.</summary>
    public long Skipped { get; set; }

    /// <summary>Frames that the camera took and that never came: gaps in its numbers.</summary>
    public long Lost { get; set; }

    /// <summary>Frames that were sent more than once.</summary>
    public long SentAgain { get; set; }

    /// <summary>Frames that went to the server through shared memory, each time that they were sent.</summary>
    public long Shared { get; set; }

    /// <summary>Frames that were dropped since too many waited.</summary>
    public long Dropped { get; set; }

    /// <summary>Tries to reach the server again.</summary>
    public long Reconnections { get; set; }

    /// <summary>Times that the source was opened anew.</summary>
    public long Reopened { get; set; }

    /// <summary>Bytes of a packet, as negotiated; 0 for cameras without packets.</summary>
    public int PacketSize { get; set; }

    /// <summary>What the camera says of its temperature, °C; null where it says nothing.</summary>
    public double? Temperature { get; set; }

    /// <summary>Verdicts Ok.</summary>
    public long Ok { get; private set; }

    /// <summary>Verdicts NotOk.</summary>
    public long NotOk { get; private set; }

    /// <summary>Verdicts NotDecidable.</summary>
    public long NotDecidable { get; private set; }

    /// <summary>Answers without an inspection.</summary>
    public long Errors { get; private set; }

    /// <summary>Frames without an answer at the end.</summary>
    public long Unanswered { get; set; }

    /// <summary>Time that it took.</summary>
    public double Seconds { get; set; }

    /// <summary>Sum of all round trips, milliseconds.</summary>
    public double RoundTripSumMs { get; private set; }

    /// <summary>Frames with an answer.</summary>
    public long Answered => Ok + NotOk + NotDecidable + Errors;

    /// <summary>Frames that did not arrive whole, by what the transport says of them.</summary>
    public IReadOnlyDictionary<string, long> Incomplete
    {
        get
        {
            lock (_incomplete) return new SortedDictionary<string, long>(_incomplete, StringComparer.Ordinal);
        }
    }

    /// <summary>A frame did not arrive whole.</summary>
    public void CountIncomplete(string status)
    {
        lock (_incomplete) _incomplete[status] = _incomplete.GetValueOrDefault(status) + 1;
    }

    /// <summary>An answer came.</summary>
    public void Count(InspectResponse answer, double roundTripMs)
    {
        lock (_roundTripMs)
        {
            if (_roundTripMs.Count == MostRoundTrips) _roundTripMs.Dequeue();
            _roundTripMs.Enqueue(roundTripMs);
        }

        RoundTripSumMs += roundTripMs;
        if (answer.Inspection is not { } inspection) Errors++;
        else if (inspection.Verdict == Verdict.Ok) Ok++;
        else if (inspection.Verdict == Verdict.NotOk) NotOk++;
        else NotDecidable++;
    }

    /// <summary>The round trip that a share of the last answers did not exceed, milliseconds; null without answers.</summary>
    public double? RoundTripMs(double share)
    {
        lock (_roundTripMs) return _roundTripMs.Count == 0 ? null : _roundTripMs.Order().ElementAt((int)Math.Ceiling(share * _roundTripMs.Count) - 1);
    }

    /// <summary>Puts into a status what is counted here.</summary>
    public void Fill(CameraStatus status)
    {
        status.Frames = (ulong)Taken;
        status.Incomplete = (ulong)Incomplete.Values.Sum();
        status.Lost = (ulong)Lost;
        status.Dropped = (ulong)Dropped;
        status.Reopened = (ulong)Reopened;
        status.Reconnections = (ulong)Reconnections;
        status.Shared = (ulong)Shared;
        status.PacketBytes = (uint)PacketSize;
        if (Temperature is { } temperature) status.TemperatureCelsius = temperature;
    }

    /// <summary>All of it, for JSON.</summary>
    public object Describe(string station) => new
    {
        station,
        taken = Taken,
        incomplete = Incomplete,
        lost = Lost,
        skipped = Skipped,
        sentAgain = SentAgain,
        shared = Shared,
        dropped = Dropped,
        reconnections = Reconnections,
        reopened = Reopened,
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

    /// <summary>The same for people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{Taken} frames taken in {Seconds:0.0} s: {Ok} Ok, {NotOk} NotOk, {NotDecidable} NotDecidable"
            + (Errors > 0 ? $", {Errors} refused" : "") + (Unanswered > 0 ? $", {Unanswered} without an answer" : "");
        if (RoundTripMs(0.5) is { } median) yield return $"round trip: median {median:0.0} ms, 95 % within {RoundTripMs(0.95):0.0} ms, 99 % within {RoundTripMs(0.99):0.0} ms";
        if (Incomplete is { Count: > 0 } incomplete) yield return $"{incomplete.Values.Sum()} frames did not arrive whole ({string.Join(", ", incomplete.Select(pair => $"{pair.Key} {pair.Value}"))}); none of them was judged";
        if (Lost > 0) yield return $"{Lost} frames that the camera took never came";
        if (Skipped > 0) yield return $"{Skipped} frames of the stream left out, to keep to the rate";
        if (Reopened > 0) yield return $"the source was opened anew {Reopened} times";
        if (Reconnections > 0) yield return $"{Reconnections} attempts to reconnect; {SentAgain} frames sent again, which the server may have inspected twice";
        if (Shared > 0) yield return $"{Shared} frames went through shared memory";
        if (Dropped > 0) yield return $"{Dropped} frames dropped while too many were waiting for their answer";
    }
}
