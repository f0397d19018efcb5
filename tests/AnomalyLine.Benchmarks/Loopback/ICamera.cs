namespace AnomalyLine.Benchmarks.Loopback;

/// <summary>Sends frames as fast as they are answered.</summary>
internal interface ICamera : IDisposable
{
    /// <summary>Sends for a time, waits for the answers, and gives their number.</summary>
    /// <param name="inFlight">Frames sent and not yet answered, at most.</param>
    /// <param name="time">How long to send.</param>
    Task<int> RunAsync(int inFlight, TimeSpan time);
}
