namespace AnomalyLine.Learning.Tuning;

/// <summary>The time of a tuning, cut into equal parts, one a round.</summary>
internal sealed class Budget(TimeProvider time, long start, TimeSpan total)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastOverhead = TimeSpan.FromSeconds(3);
    private TimeSpan _overheadOfAMillisecond;

    /// <summary>How much of it is gone, 0..1.</summary>
    public double Spent => Math.Min(1, time.GetElapsedTime(start) / total);

    /// <summary>Time for the training steps of the next trial.</summary>
    /// <param name="round">The round, from 1.</param>
    /// <param name="rounds">Rounds in all.</param>
    /// <param name="left">Trials of the round that are still to come, this one among them.</param>
    /// <param name="msPerFrame">Milliseconds that the trial's method takes to judge a frame.</param>
    public TimeSpan Share(int round, int rounds, int left, double msPerFrame)
    {
        var share = ((total * round / rounds) - time.GetElapsedTime(start)) / left;
        var overhead = _overheadOfAMillisecond * msPerFrame;
        var steps = share - (overhead > LeastOverhead ? overhead : LeastOverhead);
        return steps > Least ? steps : Least;
    }

    /// <summary>A trial took this much longer than its training steps, nearly all of it to judge frames: others take as much more or less as their methods judge slower or faster.</summary>
    public void Learn(TimeSpan overhead, double msPerFrame) => _overheadOfAMillisecond = overhead / msPerFrame;
}
