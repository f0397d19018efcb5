using AnomalyLine.Management.Access;

namespace AnomalyLine.Server.Options;

/// <summary>Who gets in. Section "AnomalyLine:Access".</summary>
internal sealed record AccessOptions
{
    private const int MostNotice = 2000;

    /// <summary>Whether to listen beyond this machine without TLS: passwords and keys then cross the network readable. Default false.</summary>
    public bool AllowPlainText { get; init; }

    /// <summary>Time without a click after which a session of the console ends, 1 min..30 d. Default 8 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Time after which a session of the console ends whatever was clicked, 1 min..365 d. Default 1 d.</summary>
    public TimeSpan LongestSession { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Addresses of proxies, or networks such as 10.0.0.0/24, with commas: their X-Forwarded-For, -Proto and -Host are believed, of nobody else. Default none.</summary>
    public string Proxies { get; init; } = "";

    /// <summary>The same, one by one.</summary>
    public IReadOnlyList<System.Net.IPNetwork> ProxyNetworks => [.. Split(Proxies).Select(text => TryParse(text, out var network) ? network : default)];

    /// <summary>Whether anybody who reaches the page's port may read /metrics, which names stations, models and rates. Default false: it needs a key with the role Viewer.</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>What the page of the sign-in says to everybody before they sign in, such as who may use this system, 0..2000 characters, lines kept. Default nothing.</summary>
    public string Notice { get; init; } = "";

    /// <summary>Roles of users of this server who need a second factor, with commas: whoever has none sets one up before anything else. Default none: who wants one.</summary>
    public string SecondFactorFor { get; init; } = "";

    /// <summary>The same, one by one.</summary>
    public IReadOnlyList<AccessRole> SecondFactorRoles => [.. Split(SecondFactorFor).Select(word => AccessRoles.TryParse(word, out var role) ? role : AccessRole.Camera)];

    /// <summary>Sign-in by a provider of OpenID Connect, beside the users of this server.</summary>
    public OpenIdOptions OpenId { get; init; } = new();

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        if (IdleTimeout < TimeSpan.FromMinutes(1) || IdleTimeout > TimeSpan.FromDays(30)) yield return $"IdleTimeout is {IdleTimeout}; use 00:01:00..30.00:00:00.";
        if (LongestSession < TimeSpan.FromMinutes(1) || LongestSession > TimeSpan.FromDays(365)) yield return $"LongestSession is {LongestSession}; use 00:01:00..365.00:00:00.";
        if (Notice.Length > MostNotice) yield return $"Notice has {Notice.Length} characters; use {MostNotice} at most.";
        foreach (var word in Split(SecondFactorFor).Where(word => !AccessRoles.TryParse(word, out var role) || !AccessRoles.OfUsers.Contains(role)))
            yield return $"SecondFactorFor has \"{word}\"; use roles of users with commas: {string.Join(", ", AccessRoles.OfUsers)}.";
        foreach (var text in Split(Proxies).Where(text => !TryParse(text, out _))) yield return $"Proxies has \"{text}\"; use addresses and networks with commas, such as 10.0.0.5, 10.1.0.0/24.";
        foreach (var error in OpenId.Validate()) yield return $"OpenId:{error}";
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool TryParse(string text, out System.Net.IPNetwork network)
    {
        if (System.Net.IPNetwork.TryParse(text, out network)) return true;
        if (!System.Net.IPAddress.TryParse(text, out var address)) return false;
        network = new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}
