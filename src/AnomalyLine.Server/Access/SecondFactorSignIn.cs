using System.Buffers.Text;
using System.Security.Cryptography;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>
/// The second step of a sign-in: whoever gave the right password of a user with a second factor has five minutes for its code. Wrong codes are slowed down as wrong passwords are, by user and
/// address; and so many an hour are all that a user has, from wherever, as a thief of the password can have many addresses. Any thread.
/// </summary>
internal sealed class SecondFactorSignIn(AccessControl access, SignInThrottle throttle, AuditLog audit, RefusalLog refusals, TimeProvider time)
{
    /// <summary>Sign-ins that can wait for their code; a further one takes the place of the oldest.</summary>
    private const int MostWaiting = 1000;

    /// <summary>Of a million codes three are good at a time: 30 an hour find one in a year or so, with the password.</summary>
    private const int WrongAnHour = 30;

    private const int TokenBytes = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Allowance> _wrong = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Begins the second step.</summary>
    /// <param name="user">Who gave the right password.</param>
    /// <returns>What the browser keeps until it has the code.</returns>
    public string Begin(Account user)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_lock)
        {
            foreach (var (old, waiting) in _waiting.ToList())
                if (IsOver(waiting)) _waiting.Remove(old);
            if (_waiting.Count >= MostWaiting) _waiting.Remove(_waiting.MinBy(pair => pair.Value.Begin).Key);
            _waiting[SessionTable.IdOf(token)] = new Waiting(user, time.GetTimestamp());
        }

        return token;
    }

    /// <summary>Whether a browser is in the second step.</summary>
    public bool IsWaiting(string token)
    {
        lock (_lock) return _waiting.TryGetValue(SessionTable.IdOf(token), out var waiting) && !IsOver(waiting);
    }

    /// <summary>Ends the second step where the code is right.</summary>
    /// <param name="token">What the browser kept.</param>
    /// <param name="code">A code of the app, or a recovery code.</param>
    /// <param name="address">Where the browser is.</param>
    /// <param name="caller">The same for the audit.</param>
    /// <returns>The user, or why not, and how long to wait before the next try; neither where the step took too long or the user has changed since.</returns>
    public async Task<(Account? User, LineError? Wrong, TimeSpan Wait)> TryAsync(string token, string code, string address, Caller caller)
    {
        var id = SessionTable.IdOf(token);
        Waiting waiting;
        lock (_lock)
        {
            if (!_waiting.TryGetValue(id, out var found) || IsOver(found)) return (null, null, TimeSpan.Zero);
            waiting = found;
        }

        var name = waiting.User.Name;
        if (access.Users.Find(name) is not { } user || user.Secret != waiting.User.Secret) return (null, null, TimeSpan.Zero);
        var throttled = $"code of {name}";
        var wait = throttle.Try(throttled, address);
        var left = 0;
        var wrong = wait > TimeSpan.Zero ? Wrong("Too many wrong codes.")
            : !TakeOne(name) ? Wrong($"More than {WrongAnHour} wrong codes in an hour; an administrator can take the second factor away.")
            : access.SecondFactors.Verify(name, code).TryGet(out left, out var error) ? null : error;
        if (wrong is not null)
        {
            await refusals.NoteAsync(caller, $"sign-in code {name}", wrong);
            return (null, wrong, wait);
        }

        throttle.Forget(throttled, address);
        lock (_lock)
        {
            _waiting.Remove(id);
            _wrong.Remove(name);
        }

        if (code.Length > Totp.Digits + 1) await audit.NoteAsync(caller with { User = name }, "user.second-factor.recovery", name, null, new { left });
        return (user, null, TimeSpan.Zero);
    }

    private bool TakeOne(string name)
    {
        lock (_lock)
        {
            if (!_wrong.TryGetValue(name, out var allowance)) _wrong[name] = allowance = new Allowance(WrongAnHour, TimeSpan.FromHours(1), time);
            if (!allowance.IsLeft) return false;
            allowance.Take();
            return true;
        }
    }

    private bool IsOver(Waiting waiting) => time.GetElapsedTime(waiting.Begin) >= s_patience;

    private static LineError Wrong(string message) => new(LineErrorCode.InvalidAccount, message);

    private sealed record Waiting(Account User, long Begin);
}
