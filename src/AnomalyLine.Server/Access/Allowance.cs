namespace AnomalyLine.Server.Access;

/// <summary>So many times within a period, which begins with the first of them. One thread at a time.</summary>
internal sealed class Allowance(int most, TimeSpan period, TimeProvider time)
{
    private long _begin;
    private int _taken;

    /// <summary>Whether there is one left.</summary>
    public bool IsLeft => _taken < most || time.GetElapsedTime(_begin) >= period;

    /// <summary>Takes one.</summary>
    public void Take()
    {
        if (_taken == 0 || time.GetElapsedTime(_begin) >= period) (_begin, _taken) = (time.GetTimestamp(), 0);
        _taken++;
    }
}
