namespace AnomalyLine.Management.Samples;

/// <summary>Which frames of a station become samples, and how many of them are kept. Approved samples are never removed by it.</summary>
public sealed record CollectionPolicy
{
    /// <summary>Name of the station.</summary>
    public required string Station { get; init; }

    /// <summary>Whether frames are kept at all. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>One of so many Ok is kept, 0..1000000; 0 for none. Never two of one part id, nor two within an interval. Default 100.</summary>
    public int EveryNthOk { get; init; } = 100;

    /// <summary>Whether every NotOk is kept. Default true.</summary>
    public bool AllNotOk { get; init; } = true;

    /// <summary>Seconds, 0..86400: of each such interval the Ok that was nearest to the threshold is kept, and at most one every-Nth Ok. 0: no such limit, none for nearness. Default 60.</summary>
    public double IntervalSeconds { get; init; } = 60;

    /// <summary>Samples of the station, 1..1000000; beyond it excluded ones go first, then pending ones, the oldest first. Default 2000.</summary>
    public int MaxSamples { get; init; } = 2000;

    /// <summary>Bytes of the station's samples, at least 1 MiB; beyond it as <see cref="MaxSamples"/>. Default 4 GiB.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>Days, 1..36500, after which excluded and pending samples go. Default 90.</summary>
    public int MaxAgeDays { get; init; } = 90;

    /// <summary>Everything that is wrong, one message each; empty where nothing is.</summary>
    public IReadOnlyList<string> Check()
    {
        var errors = new List<string>();
        Require(EveryNthOk is >= 0 and <= 1_000_000, $"every_nth_ok is {EveryNthOk}, outside 0..1000000");
        Require(IntervalSeconds is >= 0 and <= 86_400, $"interval is {IntervalSeconds} s, outside 0..86400 s");
        Require(MaxSamples is >= 1 and <= 1_000_000, $"max_samples is {MaxSamples}, outside 1..1000000");
        Require(MaxBytes >= 1 << 20, $"max_bytes is {MaxBytes}, less than 1048576");
        Require(MaxAgeDays is >= 1 and <= 36_500, $"max_age_days is {MaxAgeDays}, outside 1..36500");
        return errors;

        void Require(bool holds, string error)
        {
            if (!holds) errors.Add(error);
        }
    }
}
