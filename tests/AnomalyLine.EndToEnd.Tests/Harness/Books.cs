using AnomalyLine.Contracts.V1;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>What cameras, the log and an OPC UA client say of the same parts, set against each other.</summary>
internal sealed record Books
{
    /// <summary>Frames that cameras wrote.</summary>
    public required int Sent { get; init; }

    /// <summary>Frames that were due while there was no connection.</summary>
    public required int Unsent { get; init; }

    /// <summary>Inspections that cameras got as answers.</summary>
    public required int Answered { get; init; }

    /// <summary>Answers without an inspection.</summary>
    public required int Refused { get; init; }

    /// <summary>Frames that were answered twice.</summary>
    public required int AnsweredTwice { get; init; }

    /// <summary>Inspections in the log.</summary>
    public required int Logged { get; init; }

    /// <summary>Answered inspections that the log does not have.</summary>
    public required int Missing { get; init; }

    /// <summary>Answered inspections that the log has with another content.</summary>
    public required int Different { get; init; }

    /// <summary>Parts that the log has more than once.</summary>
    public required int Doubled { get; init; }

    /// <summary>Parts in the log that no camera sent.</summary>
    public required int Unknown { get; init; }

    /// <summary>Sequences that the log skips.</summary>
    public required int Gaps { get; init; }

    /// <summary>Events that the OPC UA client got.</summary>
    public required int Events { get; init; }

    /// <summary>Inspections in the log without an event.</summary>
    public required int EventsLost { get; init; }

    /// <summary>Events beyond the first of an inspection.</summary>
    public required int EventsDoubled { get; init; }

    /// <summary>Events that say something else than the log.</summary>
    public required int EventsDifferent { get; init; }

    /// <summary>Events that came before one of a lower sequence of their station.</summary>
    public required int EventsOutOfOrder { get; init; }

    /// <summary>Sets them against each other.</summary>
    public static Books Balance(IReadOnlyCollection<CameraClient> cameras, IReadOnlyList<Contracts.V1.Inspection> log, IEnumerable<OpcUaEvent> allEvents)
    {
        var stations = cameras.Select(camera => camera.Station).ToHashSet();
        var events = allEvents.Where(seen => stations.Contains(seen.Station)).ToList();
        var sent = cameras.SelectMany(camera => camera.Sent).ToList();
        var answers = cameras.SelectMany(camera => camera.Answers).Select(answer => answer.Response).ToList();
        var answered = answers.Where(answer => answer.Inspection is not null).Select(answer => answer.Inspection).ToList();
        var bySequence = log.DistinctBy(Key).ToDictionary(Key);
        var parts = sent.Select(frame => frame.PartId).ToHashSet();
        var told = events.Select(Key).ToHashSet();
        return new Books
        {
            Sent = sent.Count,
            Unsent = cameras.Sum(camera => camera.Unsent),
            Answered = answered.Count,
            Refused = answers.Count - answered.Count,
            AnsweredTwice = answered.Count - answered.DistinctBy(answer => answer.PartId).Count(),
            Logged = log.Count,
            Missing = answered.Count(answer => !bySequence.ContainsKey(Key(answer))),
            Different = answered.Count(answer => bySequence.TryGetValue(Key(answer), out var record) && !IsSame(answer, record)),
            Doubled = log.Count - log.DistinctBy(record => record.PartId).Count(),
            Unknown = log.Count(record => !parts.Contains(record.PartId)),
            Gaps = log.GroupBy(record => record.Station).Sum(station => (int)station.Max(record => record.Sequence) - station.DistinctBy(record => record.Sequence).Count()),
            Events = events.Count,
            EventsLost = log.Count(record => !told.Contains(Key(record))),
            EventsDoubled = events.Count - told.Count,
            EventsDifferent = events.Count(seen => !bySequence.TryGetValue(Key(seen), out var record) || !IsSame(seen, record)),
            EventsOutOfOrder = events.GroupBy(seen => seen.Station).Sum(station => station.Zip(station.Skip(1)).Count(pair => pair.Second.Sequence < pair.First.Sequence)),
        };
    }

    /// <summary>Whether an answer and its record in the log say the same.</summary>
    public static bool IsSame(Contracts.V1.Inspection answer, Contracts.V1.Inspection record) => WithoutLogTime(answer).Equals(WithoutLogTime(record));

    // A record cannot hold how long its own writing took: what the answer says of that is newer.
    private static Contracts.V1.Inspection WithoutLogTime(Contracts.V1.Inspection inspection)
    {
        var clone = inspection.Clone();
        (clone.Timings.LogMs, clone.Timings.TotalMs) = (0, 0);
        return clone;
    }

    private static (string, uint) Key(Contracts.V1.Inspection record) => (record.Station, (uint)record.Sequence);

    private static (string, uint) Key(OpcUaEvent seen) => (seen.Station, seen.Sequence);

    private static bool IsSame(OpcUaEvent seen, Contracts.V1.Inspection record) =>
        (seen.PartId, seen.Pass, seen.Evaluation, seen.Score, seen.Threshold, seen.ReasonCode, seen.ModelVersion)
        == (record.PartId, record.Verdict == Verdict.Ok, (int)record.Verdict, record.Score, record.Threshold, (int)record.ReasonCode, record.ModelVersion);
}
