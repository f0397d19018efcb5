using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Checks passwords, one at a time: a hash costs a tenth of a second of a core, and the line needs its cores. Where many want to be checked, those who signed in from their address before come
/// first, then the newest; the one that has waited longest beyond a few gives way. So a crowd of strangers keeps nobody out who has been here. Any thread.
/// </summary>
internal sealed class PasswordCheck(AccessControl access, SignInThrottle throttle, TimeProvider time)
{
    private const int MostWaiting = 32, MostKnown = 1000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>What a caller that had no turn is told to wait.</summary>
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Turn> _waiting = [];
    private readonly HashSet<(string Name, string Address)> _known = [];
    private bool _isBusy;

    /// <summary>The user, where the password fits; else how long to wait before the next try, zero for not at all. Says and takes the same for names that nobody has.</summary>
    public async Task<(Account? User, TimeSpan Wait)> TryAsync(string name, string password, string address, CancellationToken cancellation)
    {
        if (!await TakeTurnAsync((name, address), cancellation)) return (null, s_busy);
        try
        {
            if (throttle.Try(name, address) is { Ticks: > 0 } wait) return (null, wait);
            if (await Task.Run(() => access.Users.Verify(name, password), cancellation) is not { } user) return (null, TimeSpan.Zero);
            throttle.Forget(name, address);
            Remember((name, address));
            return (user, TimeSpan.Zero);
        }
        finally
        {
            GiveTurnOn();
        }
    }

    private async Task<bool> TakeTurnAsync((string Name, string Address) who, CancellationToken cancellation)
    {
        Turn turn;
        lock (_lock)
        {
            if (!_isBusy) return _isBusy = true;
            turn = new Turn(_known.Contains(who));
            _waiting.Add(turn);
            if (_waiting.Count > MostWaiting) End(_waiting.Find(other => !other.IsKnown) ?? _waiting[0], hasIt: false);
        }

        try
        {
            return await turn.Given.Task.WaitAsync(s_patience, time, cancellation);
        }
        catch (Exception gone) when (gone is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (_waiting.Contains(turn)) End(turn, hasIt: false);
            }

            // The turn may have come just then.
            if (await turn.Given.Task) GiveTurnOn();
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    private void GiveTurnOn()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0) _isBusy = false;
            else End(_waiting.FindLast(turn => turn.IsKnown) ?? _waiting[^1], hasIt: true);
        }
    }

    private void End(Turn turn, bool hasIt)
    {
        _waiting.Remove(turn);
        turn.Given.SetResult(hasIt);
    }

    private void Remember((string Name, string Address) who)
    {
        lock (_lock)
        {
            if (_known.Count >= MostKnown) _known.Remove(_known.First());
            _known.Add(who);
        }
    }

    private sealed record Turn(bool IsKnown)
    {
        public TaskCompletionSource<bool> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
