using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Options;

/// <summary>Sign-in to the console by a provider of OpenID Connect (authorization code with PKCE). Section "AnomalyLine:Access:OpenId".</summary>
internal sealed record OpenIdOptions
{
    /// <summary>Address of the provider; https, or http on this machine. Empty: none.</summary>
    public string Authority { get; init; } = "";

    /// <summary>What the provider calls this server.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The secret that goes with it; empty for a public client.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>The claim that has a person's name. Default "preferred_username".</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim that has the groups or roles that <see cref="Roles"/> tells apart. Default "roles".</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>Which value of the claim gives which role, such as "line-admins=Administrator, shift=Operator". Who has none of them does not get in.</summary>
    public string Roles { get; init; } = "";

    /// <summary>Whether there is a provider.</summary>
    public bool Enabled => Authority.Length > 0;

    /// <summary>The pairs of <see cref="Roles"/>.</summary>
    public IEnumerable<(string Value, string Role)> Pairs =>
        Roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.LastIndexOf('=') is > 0 and var at ? (pair[..at].Trim(), pair[(at + 1)..].Trim()) : (pair, ""));

    /// <summary>The most that these values of the claim give; null where they give nothing.</summary>
    public AccessRole? RoleOf(IReadOnlyCollection<string> values)
    {
        AccessRole? most = null;
        foreach (var (value, word) in Pairs)
        {
            if (values.Contains(value, StringComparer.Ordinal) && AccessRoles.TryParse(word, out var role) && (most is null || role > most)) most = role;
        }

        return most;
    }

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enabled) yield break;
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || !(authority.Scheme == "https" || (authority.Scheme == "http" && authority.IsLoopback)))
            yield return $"Authority is \"{Authority}\"; use the https address of the provider.";
        if (ClientId.Length == 0) yield return "ClientId is empty; use what the provider calls this server.";
        if (!Pairs.Any()) yield return "Roles is empty: nobody could get in; write VALUE=ROLE with commas between them.";
        foreach (var (value, word) in Pairs)
        {
            if (!AccessRoles.TryParse(word, out var role) || !AccessRoles.OfUsers.Contains(role)) yield return $"Roles gives \"{value}\" the role \"{word}\"; use one of {string.Join(", ", AccessRoles.OfUsers)}.";
        }
    }
}
