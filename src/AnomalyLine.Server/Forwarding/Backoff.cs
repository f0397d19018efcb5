using System.Diagnostics.CodeAnalysis;

namespace AnomalyLine.Server.Forwarding;

/// <summary>Pauses between attempts, each twice as long as the one before, up to a longest one. One thread at a time.</summary>
/// <param name="first">The first.</param>
/// <param name="longest">The longest.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _next = first;
    private TimeSpan _asked;

    /// <summary>No pause was taken since it began anew.</summary>
    public bool IsFresh => _next == _first;

    /// <summary>An attempt succeeded: begins anew.</summary>
    public void Reset() => _next = _first;

    /// <summary>The other side asked for so long a pause; the longest is not exceeded for it.</summary>
    public void Ask(TimeSpan pause) => _asked = pause > longest ? longest : pause;

    /// <summary>The pause before the next attempt; up to a tenth longer or shorter, so that many do not come at once.</summary>
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "It only spreads attempts.")]
    public TimeSpan Next()
    {
        var pause = (_asked > _next ? _asked : _next) * (0.9 + (0.2 * Random.Shared.NextDouble()));
        _next = _next * 2 > longest ? longest : _next * 2;
        _asked = TimeSpan.Zero;
        return pause;
    }
}
