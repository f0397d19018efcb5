using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using Microsoft.AspNetCore.Components.Authorization;

namespace AnomalyLine.Server.Access;

/// <summary>
/// Who looks at a page, and what they may do now. A page asks before it shows a button, and again when the button is pressed: what counts is the second. One per page that is open.
/// </summary>
internal sealed class Visitor(AuthenticationStateProvider states, AccessControl access, RefusalLog refusals)
{
    /// <summary>Who it is, with the role that they have now; null where their session has ended.</summary>
    public async Task<Identity?> GetAsync() => Identity.From((await states.GetAuthenticationStateAsync()).User) is { } who ? access.Renew(who) : null;

    /// <summary>Whether they may do this.</summary>
    /// <param name="what">Its name in <see cref="Permissions"/>.</param>
    public async Task<bool> MayAsync(string what) => access.Refuse(await GetAsync(), what) is null;

    /// <summary>As the caller of a change, which counts as a click; or <see cref="LineErrorCode.NotSignedIn"/>, <see cref="LineErrorCode.RoleMissing"/>, which the audit notes.</summary>
    /// <param name="what">Name of the change in <see cref="Permissions"/>, such as "sample.review".</param>
    public async Task<Outcome<Caller>> AsAsync(string what)
    {
        var principal = (await states.GetAuthenticationStateAsync()).User;
        var (who, origin) = (Identity.From(principal), Identity.OriginOf(principal));
        if (access.Refuse(who, what) is not { } refused)
        {
            access.Sessions.Click(who!.Session);
            return who.ToCaller(origin);
        }

        await refusals.NoteAsync(who?.ToCaller(origin) ?? new Caller("", origin), what, refused);
        return refused;
    }
}
