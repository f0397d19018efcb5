namespace AnomalyLine.Client;

/// <summary>Waits between tries: a quarter of a second, then twice as long each time, 5 seconds at most.</summary>
public sealed class BackOff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(5);
    private long _lastGood = time.GetTimestamp();

    /// <summary>How long the next wait is.</summary>
    public TimeSpan Next { get; private set; } = First;

    /// <summary>Whether a try has ever worked.</summary>
    public bool HasWorked { get; private set; }

    /// <summary>Time since a try worked, or since the start.</summary>
    public TimeSpan Failing => time.GetElapsedTime(_lastGood);

    /// <summary>A try worked.</summary>
    public void Reset()
    {
        HasWorked = true;
        Next = First;
        _lastGood = time.GetTimestamp();
    }

    /// <summary>Waits; returns early when cancelled.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        var wait = Next;
        Next = wait * 2 < Longest ? wait * 2 : Longest;
        await Task.Delay(wait, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
