namespace AnomalyLine.Server.Hosting;

/// <summary>A counter that rises by one with each status of this process, and wraps.</summary>
internal sealed class Heartbeat
{
    private uint _count;

    /// <summary>The next number.</summary>
    public uint Next() => Interlocked.Increment(ref _count);
}
