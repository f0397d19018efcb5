using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Access;

/// <summary>Checks passwords, one at a time: a hash costs a tenth of a second of a core, and the line needs its cores. Any thread.</summary>
internal sealed class PasswordCheck(AccessControl access, SignInThrottle throttle) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The user, where the password fits; else how long to wait before the next try, zero for not at all.</summary>
    public async Task<(Account? User, TimeSpan Wait)> TryAsync(string name, string password, string address, CancellationToken cancellation)
    {
        var counted = access.Users.Find(name) is null ? "" : name;
        if (throttle.Try(counted, address) is { Ticks: > 0 } wait) return (null, wait);
        if (!await _one.WaitAsync(s_patience, cancellation)) return (null, s_patience);
        try
        {
            if (await Task.Run(() => access.Users.Verify(name, password), cancellation) is not { } user) return (null, TimeSpan.Zero);
            throttle.Forget(counted, address);
            return (user, TimeSpan.Zero);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
