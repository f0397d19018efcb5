using System.Security.Claims;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;

namespace AnomalyLine.Server.Access;

/// <summary>Who asks, and what they may do.</summary>
/// <param name="Kind">How the server knows.</param>
/// <param name="Name">Name of the user or the key.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Session">Their session, where they signed in; else empty.</param>
internal sealed record Identity(IdentityKind Kind, string Name, AccessRole Role, string Session = "")
{
    /// <summary>The scheme of authentication that finds it out.</summary>
    public const string Scheme = "anomalyline";

    private const string OriginClaim = "Origin";

    /// <summary>Whether it is the gateway that this server runs, which may make its own calls alone.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Whether they have to set up a second factor before they may do anything else.</summary>
    public bool MustEnrol { get; init; }

    /// <summary>When the certificate expires that proves them; null for none.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The certificate that proves them; null for none.</summary>
    public ShownCertificate? Shown { get; init; }

    /// <summary>The only stations whose frames they may send; empty for all.</summary>
    public IReadOnlyList<string> Stations { get; init; } = [];

    /// <summary>The word of the kind, as in the contract.</summary>
    public string KindWord => Kind.ToString().ToLowerInvariant();

    /// <summary>As the audit names them. No name of a user of this server has a colon.</summary>
    public string AuditName => Kind switch
    {
        IdentityKind.Key => $"key:{Name}",
        IdentityKind.Provider => $"openid:{Name}",
        IdentityKind.Wall => $"wall:{Name}",
        _ => Name,
    };

    /// <summary>For people: who this is.</summary>
    public string Words => Kind == IdentityKind.Key ? $"the key \"{Name}\"" : Kind == IdentityKind.Local ? "a program on this machine" : $"\"{Name}\"";

    /// <summary>As the caller of a change.</summary>
    /// <param name="origin">From where.</param>
    public Caller ToCaller(string origin) => new(AuditName, origin);

    /// <summary>In the form that the web server hands on to the pages' circuits.</summary>
    /// <param name="origin">Where they are, for the audit of what they do there.</param>
    public ClaimsPrincipal ToPrincipal(string origin) => new(new ClaimsIdentity(
        // The first one is what the forms' tokens are bound to: a role may change while a form is open.
        [new Claim(ClaimTypes.NameIdentifier, $"{Kind}:{Name}"), new Claim(nameof(Kind), Kind.ToString()), new Claim(ClaimTypes.Name, Name), new Claim(ClaimTypes.Role, Role.ToString()), new Claim(nameof(Session), Session), new Claim(OriginClaim, origin)], Scheme));

    /// <summary>Where the request came from that a circuit began with.</summary>
    public static string OriginOf(ClaimsPrincipal principal) => principal.FindFirstValue(OriginClaim) ?? "console";

    /// <summary>From that form; null for nobody.</summary>
    public static Identity? From(ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, AuthenticationType: Scheme }
        && Enum.TryParse<IdentityKind>(principal.FindFirstValue(nameof(Kind)), out var kind)
        && Enum.TryParse<AccessRole>(principal.FindFirstValue(ClaimTypes.Role), out var role)
            ? new Identity(kind, principal.FindFirstValue(ClaimTypes.Name) ?? "", role, principal.FindFirstValue(nameof(Session)) ?? "")
            : null;
}
