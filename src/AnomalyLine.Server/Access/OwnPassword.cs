using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>Lets people change their own password. Wrong current ones count as wrong sign-ins: they are slowed down and noted. Any thread.</summary>
internal sealed class OwnPassword(AccessControl access, Accounts accounts, PasswordCheck check, RefusalLog refusals)
{
    /// <summary>Changes it. The session that asks goes on, all others of the user end.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="current">The password that they have.</param>
    /// <param name="password">The one to come, by the rules for new users.</param>
    /// <param name="address">Their address.</param>
    /// <param name="caller">The same person for the audit.</param>
    /// <param name="cancellation">Gives up before anything is changed.</param>
    /// <returns>The user, or <see cref="LineErrorCode.InvalidAccount"/> where the caller has no password here, the current one is wrong or too many were, or the new one is not fit; AccountsUnusable, ManagementFailed.</returns>
    public async Task<Outcome<Account>> ChangeAsync(Identity who, string current, string password, string address, Caller caller, CancellationToken cancellation)
    {
        if (who.Kind != IdentityKind.User) return Invalid($"Only a user who signed in with a password of this server can change it; {who.Words} has none here.");
        if (password == current) return Invalid("The new password is the current one; choose another.");
        var (user, wait) = await check.TryAsync(who.Name, current, address, cancellation);
        if (user is null)
        {
            var wrong = Invalid(wait > TimeSpan.Zero ? $"Too many wrong passwords. Try again in {Math.Ceiling(wait.TotalSeconds)} s." : "The current password is wrong.");
            await refusals.NoteAsync(caller, "user.password", wrong);
            return wrong;
        }

        var outcome = await accounts.SetPasswordAsync(user.Name, password, caller);
        if (outcome.TryGet(out var changed, out _)) access.Sessions.Prove(who.Session, changed.Secret);
        return outcome;
    }

    private static LineError Invalid(string message) => new(LineErrorCode.InvalidAccount, message);
}
