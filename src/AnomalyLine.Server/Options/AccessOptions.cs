namespace AnomalyLine.Server.Options;

/// <summary>Who gets in. Section "AnomalyLine:Access".</summary>
internal sealed record AccessOptions
{
    /// <summary>Whether to listen beyond this machine without TLS: passwords and keys then cross the network readable. Default false.</summary>
    public bool AllowPlainText { get; init; }

    /// <summary>Time without a click after which a session of the console ends, 1 min..30 d. Default 8 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Sign-in by a provider of OpenID Connect, beside the users of this server.</summary>
    public OpenIdOptions OpenId { get; init; } = new();

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<string> Validate()
    {
        if (IdleTimeout < TimeSpan.FromMinutes(1) || IdleTimeout > TimeSpan.FromDays(30)) yield return $"IdleTimeout is {IdleTimeout}; use 00:01:00..30.00:00:00.";
        foreach (var error in OpenId.Validate()) yield return $"OpenId:{error}";
    }
}
