namespace AnomalyLine.Server.Access;

/// <summary>
/// Slows the guessing of passwords: after three wrong ones for a user from an address, each further one costs a longer pause, from 1 s to 1 min, in which even the right one is refused
/// from there. Nobody is locked out for longer, and another address is not held up. Names that nobody has are treated as any other. Any thread.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int Free = 3, MostRemembered = 10_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_forgotten = TimeSpan.FromMinutes(15);
    private readonly Dictionary<(string User, string Address), Attempts> _attempts = [];
    private readonly Lock _lock = new();

    /// <summary>Asks to try a password. It counts as wrong until <see cref="Forget"/> is called, so that guesses side by side do not slip through.</summary>
    /// <returns>How long to wait first; zero to try now.</returns>
    public TimeSpan Try(string user, string address)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!_attempts.TryGetValue((user, address), out var before) || time.GetElapsedTime(before.At, now) > s_forgotten) before = new Attempts(0, now, TimeSpan.Zero);
            var left = before.Pause - time.GetElapsedTime(before.At, now);
            if (left > TimeSpan.Zero) return left;
            if (_attempts.Count >= MostRemembered) _attempts.Remove(_attempts.MinBy(pair => pair.Value.At).Key);
            var count = before.Count + 1;
            var pause = count < Free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, count - Free), s_longest.TotalSeconds));
            _attempts[(user, address)] = new Attempts(count, now, pause);
            return TimeSpan.Zero;
        }
    }

    /// <summary>The password was right.</summary>
    public void Forget(string user, string address)
    {
        lock (_lock) _attempts.Remove((user, address));
    }

    private sealed record Attempts(int Count, long At, TimeSpan Pause);
}
