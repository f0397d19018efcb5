using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>Changes who may do what, and notes it in the audit, which must be writable; no password and no key is ever in it. Any thread.</summary>
internal sealed class Accounts(AccessControl access, AuditLog audit)
{
    /// <summary>Adds a user.</summary>
    public Task<Outcome<Account>> AddUserAsync(string name, AccessRole role, string password, Caller caller) =>
        ChangeAsync("user.add", name, () => access.Users.Add(name, role, password), null, caller);

    /// <summary>Gives a user another role.</summary>
    public Task<Outcome<Account>> SetRoleAsync(string name, AccessRole role, Caller caller) =>
        ChangeAsync("user.role", name, () => access.Users.SetRole(name, role), access.Users.Find(name), caller);

    /// <summary>Gives a user another password.</summary>
    public Task<Outcome<Account>> SetPasswordAsync(string name, string password, Caller caller) =>
        ChangeAsync("user.password", name, () => access.Users.SetPassword(name, password), access.Users.Find(name), caller);

    /// <summary>Gives a user the second factor whose app shows this code.</summary>
    /// <returns>The user as they are now, and the recovery codes; or what <see cref="SecondFactorList.Set"/> says.</returns>
    public async Task<Outcome<(Account User, IReadOnlyList<string> Codes)>> SetSecondFactorAsync(string name, byte[] secret, string code, Caller caller)
    {
        IReadOnlyList<string> codes = [];
        var outcome = await ChangeAsync("user.second-factor", name, () =>
        {
            if (!access.SecondFactors.Set(name, secret, code).TryGet(out var made, out var wrong)) return wrong;
            codes = made;
            return access.Users.SetSecondFactor(name, isNeeded: true);
        }, access.Users.Find(name), caller);
        return outcome.TryGet(out var user, out var error) ? (user, codes) : error;
    }

    /// <summary>Takes the second factor of a user away: the password alone lets them in, until they set up another one.</summary>
    public Task<Outcome<Account>> RemoveSecondFactorAsync(string name, Caller caller) => ChangeAsync("user.second-factor.remove", name, () =>
    {
        var outcome = access.Users.SetSecondFactor(name, isNeeded: false);
        return outcome.Error is null && access.SecondFactors.Remove(name) is { } error ? error : outcome;
    }, access.Users.Find(name), caller);

    /// <summary>Takes a user out.</summary>
    public Task<Outcome<Account>> RemoveUserAsync(string name, Caller caller) =>
        ChangeAsync("user.remove", name, () => access.Users.Remove(name), access.Users.Find(name), caller);

    /// <summary>Makes a key, and gives the key itself; or binds a certificate, for which there is none.</summary>
    public async Task<Outcome<(Account Account, string Key)>> AddKeyAsync(string name, AccessRole role, KeyBounds bounds, CertificateProof? proof, Caller caller)
    {
        var key = "";
        var outcome = await ChangeAsync("key.add", name, () => access.Keys.Add(name, role, bounds, proof).TryGet(out var made, out var failure) ? Keep(made) : failure, null, caller);
        return outcome.TryGet(out var account, out var error) ? (account, key) : error;

        Account Keep((Account Account, string Key) made)
        {
            key = made.Key;
            return made.Account;
        }
    }

    /// <summary>Takes a key back.</summary>
    public Task<Outcome<Account>> RevokeKeyAsync(string name, Caller caller) =>
        ChangeAsync("key.revoke", name, () => access.Keys.Revoke(name), access.Keys.Find(name), caller);

    /// <summary>Makes a link to the wall view, and gives its secret.</summary>
    /// <param name="name">Name of the display.</param>
    /// <param name="caller">Who makes it.</param>
    public async Task<Outcome<(Account Account, string Key)>> AddWallAsync(string name, Caller caller)
    {
        var key = "";
        var outcome = await ChangeAsync("wall.add", name, () =>
        {
            if (!access.Walls.Add(name, AccessRole.Viewer).TryGet(out var made, out var failure)) return failure;
            key = made.Key;
            return made.Account;
        }, null, caller);
        return outcome.TryGet(out var account, out var error) ? (account, key) : error;
    }

    /// <summary>Takes a link to the wall view back: displays that have it lose the view within seconds.</summary>
    public Task<Outcome<Account>> RevokeWallAsync(string name, Caller caller) =>
        ChangeAsync("wall.revoke", name, () => access.Walls.Revoke(name), access.Walls.Find(name), caller);

    /// <summary>Ends a session, of a user or of somebody that the provider named, wherever it is.</summary>
    /// <param name="id">Its <see cref="Session.Id"/>.</param>
    /// <param name="caller">Who ends it.</param>
    /// <returns>It, or <see cref="LineErrorCode.AccountNotFound"/>, ManagementFailed.</returns>
    public async Task<Outcome<Session>> EndSessionAsync(string id, Caller caller)
    {
        if (await audit.CheckWritableAsync(CancellationToken.None) is { } error) return error;
        if (access.Sessions.All.FirstOrDefault(session => session.Id == id) is not { } found) return new LineError(LineErrorCode.AccountNotFound, $"There is no session \"{id}\", or it has ended; see the list of sessions.");
        access.Sessions.End(found.Who.Session);
        await audit.NoteAsync(caller, "session.revoke", found.Who.AuditName, new { found.Who.Role, found.Address }, null);
        return found;
    }

    private async Task<Outcome<Account>> ChangeAsync(string action, string name, Func<Outcome<Account>> change, Account? before, Caller caller)
    {
        if (await audit.CheckWritableAsync(CancellationToken.None) is { } error) return error;
        // Hashing a password takes a tenth of a second.
        var outcome = await Task.Run(change);
        if (!outcome.TryGet(out var after, out _)) return outcome;
        var isGone = action is "user.remove" or "key.revoke" or "wall.revoke";
        await audit.NoteAsync(caller, action, name, before is null ? null : new { before.Role }, isGone ? null : new { after.Role });
        return outcome;
    }
}
