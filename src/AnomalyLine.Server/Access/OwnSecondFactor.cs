using System.Collections.Concurrent;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>Lets people set up their own second factor and take it away. Both want the password once more: a page that was left open gives nobody another factor. Any thread.</summary>
internal sealed class OwnSecondFactor(AccessControl access, Accounts accounts, PasswordCheck check, RefusalLog refusals, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>By session: what is being set up, or the recovery codes that are to be shown once.</summary>
    private readonly ConcurrentDictionary<string, Step> _steps = new(StringComparer.Ordinal);

    /// <summary>The secret that a session is setting up; null for none.</summary>
    public byte[]? SecretOf(Identity who) => StepOf(who)?.Secret;

    /// <summary>The recovery codes that a session has just got; they are given once.</summary>
    public IReadOnlyList<string> TakeCodes(Identity who)
    {
        if (StepOf(who) is not { Codes.Count: > 0 } step) return [];
        _steps.TryRemove(who.Session, out _);
        return step.Codes;
    }

    /// <summary>Makes a secret for the app, which counts once its first code is confirmed.</summary>
    /// <returns>Null, or <see cref="LineErrorCode.InvalidAccount"/>.</returns>
    public async Task<LineError?> BeginAsync(Identity who, string password, string address, Caller caller, CancellationToken cancellation)
    {
        if (await CheckAsync(who, password, address, caller, cancellation) is { } wrong) return wrong;
        foreach (var (session, step) in _steps)
            if (IsOver(step)) _steps.TryRemove(session, out _);
        _steps[who.Session] = new Step(Totp.NewSecret(), [], time.GetTimestamp());
        return null;
    }

    /// <summary>The app shows this code: the second factor counts from now on. The user's other sessions end.</summary>
    /// <returns>Null, or <see cref="LineErrorCode.InvalidAccount"/>, AccountsUnusable, ManagementFailed.</returns>
    public async Task<LineError?> ConfirmAsync(Identity who, string code, Caller caller)
    {
        if (StepOf(who)?.Secret is not { } secret) return Invalid("Begin anew: it took too long.");
        if (!(await accounts.SetSecondFactorAsync(who.Name, secret, code, caller)).TryGet(out var made, out var error)) return error;
        access.Sessions.Prove(who.Session, made.User.Secret);
        _steps[who.Session] = new Step(null, made.Codes, time.GetTimestamp());
        return null;
    }

    /// <summary>Takes the second factor away.</summary>
    /// <returns>Null, or <see cref="LineErrorCode.InvalidAccount"/>, AccountsUnusable, ManagementFailed.</returns>
    public async Task<LineError?> RemoveAsync(Identity who, string password, string address, Caller caller, CancellationToken cancellation)
    {
        if (await CheckAsync(who, password, address, caller, cancellation) is { } wrong) return wrong;
        if (!(await accounts.RemoveSecondFactorAsync(who.Name, caller)).TryGet(out var user, out var error)) return error;
        access.Sessions.Prove(who.Session, user.Secret);
        return null;
    }

    private async Task<LineError?> CheckAsync(Identity who, string password, string address, Caller caller, CancellationToken cancellation)
    {
        if (who.Kind != IdentityKind.User) return Invalid("Only a user who signed in with a password of this server has a second factor here.");
        var (user, wait) = await check.TryAsync(who.Name, password, address, cancellation);
        if (user is not null) return null;
        var wrong = Invalid(wait > TimeSpan.Zero ? $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalSeconds)} s." : "The current password is wrong.");
        await refusals.NoteAsync(caller, "user.second-factor", wrong);
        return wrong;
    }

    private Step? StepOf(Identity who) => _steps.TryGetValue(who.Session, out var step) && !IsOver(step) ? step : null;

    private bool IsOver(Step step) => time.GetElapsedTime(step.Begin) >= s_patience;

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);

    private sealed record Step(byte[]? Secret, IReadOnlyList<string> Codes, long Begin);
}
