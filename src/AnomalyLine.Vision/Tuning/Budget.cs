namespace AnomalyLine.Vision.Tuning;

/// <summary>The time of a tuning, cut into equal parts, one a round.</summary>
internal sealed class Budget(TimeProvider time, long start, TimeSpan total)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);
    private TimeSpan _overhead = TimeSpan.FromSeconds(3);

    /// <summary>How much of it is gone, 0..1.</summary>
    public double Spent => Math.Min(1, time.GetElapsedTime(start) / total);

    /// <summary>Time for the training steps of the next trial.</summary>
    /// <param name="round">The round, from 1.</param>
    /// <param name="rounds">Rounds in all.</param>
    /// <param name="left">Trials of the round that are still to come, this one among them.</param>
    public TimeSpan Share(int round, int rounds, int left)
    {
        var share = ((total * round / rounds) - time.GetElapsedTime(start)) / left;
        return share - _overhead > Least ? share - _overhead : Least;
    }

    /// <summary>A trial took this much longer than its training steps: the next will as well.</summary>
    public void Learn(TimeSpan overhead) => _overhead = overhead;
}
