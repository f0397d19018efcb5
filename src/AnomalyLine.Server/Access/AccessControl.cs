using System.Security.Cryptography;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Access;
using AnomalyLine.Management.Audit;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Access;

/// <summary>Knows who sent a request, and whether they still are who they were. Any thread.</summary>
internal sealed class AccessControl
{
    private const string Bearer = "Bearer ";

    /// <summary>In place of a session, for keys that are in no file.</summary>
    private const string Own = "own";

    /// <summary>The file of the links to the wall view.</summary>
    private const string WallFile = "walls";

    /// <summary>Browsers keep no cookie longer; a display that starts by its link has it anew each time.</summary>
    private static readonly TimeSpan s_wallAge = TimeSpan.FromDays(400);

    private readonly AccessOptions _options;
    private readonly bool _isDemo;
    private readonly string _cookie;
    private readonly TimeProvider _time;
    private readonly List<(byte[] Hash, Identity Who)> _ownKeys = [];

    /// <summary>Reads the sessions that were kept, and nothing else yet.</summary>
    public AccessControl(AnomalyLineOptions options, bool isDemo, TimeProvider time, ILogger<SessionTable>? logger = null)
    {
        _options = options.Access;
        _isDemo = isDemo;
        _time = time;
        // Cookies know no ports: two servers on one machine must not end each other's sessions.
        _cookie = FormattableString.Invariant($"anomalyline-{options.HttpPort}");
        Users = new UserList(UserList.PathIn(options.DataFolder, options.OpcUa.UsersFile), time, Path.Combine(options.DataFolder, "users.seen"));
        SecondFactors = new SecondFactorList(Path.Combine(Path.GetDirectoryName(Users.FilePath)!, SecondFactorList.FileName), time);
        Keys = new KeyList(Path.Combine(options.DataFolder, KeyList.FileName), time, Path.Combine(options.DataFolder, "keys.seen"));
        Certificates = new MachineCertificates(time);
        Walls = new KeyList(Path.Combine(options.DataFolder, WallFile), time);
        Sessions = new SessionTable(options.Access.IdleTimeout, options.Access.LongestSession, new SessionFile(options.DataFolder), time, logger);
        LocalKey = AddOwnKey(new Identity(IdentityKind.Local, "", AccessRole.Administrator));
        GatewayKey = AddOwnKey(new Identity(IdentityKind.Key, "opcua-gateway", AccessRole.Engineer, Own) { IsGateway = true });
        DemoCameraKey = AddOwnKey(new Identity(IdentityKind.Key, "demo-camera", AccessRole.Camera, Own));
    }

    /// <summary>The people who may sign in.</summary>
    public UserList Users { get; }

    /// <summary>Their second factors.</summary>
    public SecondFactorList SecondFactors { get; }

    /// <summary>The keys of machines.</summary>
    public KeyList Keys { get; }

    /// <summary>The certificates that machines showed.</summary>
    public MachineCertificates Certificates { get; }

    /// <summary>The links to the wall view, in the form of keys.</summary>
    public KeyList Walls { get; }

    /// <summary>The sessions of those who signed in.</summary>
    public SessionTable Sessions { get; }

    /// <summary>The key of programs on this machine that may read the data folder; another one each time that the server starts, as are the two below.</summary>
    public string LocalKey { get; }

    /// <summary>The key of the gateway that this server starts, for its calls alone.</summary>
    public string GatewayKey { get; }

    /// <summary>The key of the demonstration's cameras.</summary>
    public string DemoCameraKey { get; }

    /// <summary>Whether nobody could sign in ever: there is no file of users yet, and no provider.</summary>
    public bool NeedsSetup => !_options.OpenId.Enabled && !Users.Exists;

    /// <summary>Whether browsers on this machine are the demonstration's operator.</summary>
    public bool IsDemo => _isDemo;

    /// <summary>Who sent a request; null and why for nobody.</summary>
    public (Identity? Who, string Why) Identify(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            // A key that is not good is never overlooked: whoever sends one means to be told.
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? FindKey(authorization[Bearer.Length..].Trim(), http)
                : (null, "The header authorization has no key; send \"Bearer alk_…\".");
        }

        var why = "Nobody is signed in: send a key as \"authorization: Bearer alk_…\", or sign in to the console.";
        if (http.Features.Get<ShownCertificate>() is { } shown)
        {
            var (who, fault) = FindCertificate(shown, http);
            Certificates.Note(shown.Certificate, who?.Name ?? "", fault, Origins.AddressOf(http));
            if (who is not null) return (who, "");
            // A browser may show one that is meant for somebody else, and have a session.
            why = $"The certificate \"{shown.Certificate.Subject}\" lets nobody in: it {fault}.";
        }

        if (http.Request.Cookies[_cookie] is { Length: > 0 } token && http.IsSameOrigin() && Renew(SessionTable.IdOf(token)) is { } signedIn) return (signedIn, "");
        if (_isDemo && http.IsFromThisMachine()) return (DemoOperator, "");
        if (http.Request.Cookies[WallCookie] is { Length: > 0 } secret && http.IsSameOrigin() && FindWall(secret) is { } wall) return (wall, "");
        return (null, why);
    }

    /// <summary>The same caller as they are now: with today's role, or null where their key was revoked, their session ended or their user is gone.</summary>
    public Identity? Renew(Identity who) => who.Kind switch
    {
        IdentityKind.Key when who.Session == Own => who,
        IdentityKind.Key => Keys.Find(who.Name) is { } key && key.Secret == who.Session && !Keys.IsExpired(key) && !(_time.GetUtcNow() > who.Until) && who.Shown is not { RevocationFault.Length: > 0 } ? who with { Role = key.Role } : null,
        IdentityKind.Wall => Walls.Find(who.Name)?.Secret == who.Session ? who : null,
        IdentityKind.User or IdentityKind.Provider => Renew(who.Session),
        IdentityKind.Local or IdentityKind.Demo => who,
        _ => null,
    };

    /// <summary>Begins a session of a user, or of somebody that the provider named, and notes it in the audit where that can be written: people get in while its database is away, too.</summary>
    public async Task SignInAsync(HttpContext http, Identity who, string proof)
    {
        http.Response.Cookies.Append(_cookie, Sessions.Begin(who, proof, Origins.AddressOf(http)), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", IsEssential = true });
        await NoteAsync(http, who, "session.begin");
    }

    /// <summary>The first step of a sign-in was right: the browser keeps this until it has the code of the second.</summary>
    public void KeepStep(HttpContext http, string token) =>
        http.Response.Cookies.Append(StepCookie, token, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/sign-in", IsEssential = true });

    /// <summary>What <see cref="KeepStep"/> gave the browser; empty for nothing.</summary>
    public string StepOf(HttpContext http) => http.Request.Cookies[StepCookie] ?? "";

    /// <summary>The second step is over.</summary>
    public void EndStep(HttpContext http) => http.Response.Cookies.Delete(StepCookie, new CookieOptions { Path = "/sign-in" });

    /// <summary>Has a browser keep the secret of a link to the wall view; false where the link is not good.</summary>
    public bool EnterWall(HttpContext http, string secret)
    {
        if (FindWall(secret) is null) return false;
        http.Response.Cookies.Append(WallCookie, secret, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = s_wallAge, IsEssential = true });
        return true;
    }

    private string WallCookie => $"{_cookie}-wall";

    private string StepCookie => $"{_cookie}-step";

    /// <summary>Ends the session of a browser.</summary>
    public async Task SignOutAsync(HttpContext http)
    {
        if (http.Request.Cookies[_cookie] is { } token && SessionTable.IdOf(token) is var session && Renew(session) is { } who)
        {
            Sessions.End(session);
            await NoteAsync(http, who, "session.end");
        }

        http.Response.Cookies.Delete(_cookie);
    }

    private static Task NoteAsync(HttpContext http, Identity who, string action) => http.RequestServices.GetRequiredService<AuditLog>()
        .AppendAsync(who.ToCaller(Origins.ConsoleOf(http)), action, who.AuditName, null, new { who.Role }, CancellationToken.None);

    /// <summary>Null where this caller may do this, as they are now; else the failure. What is not in the table is refused.</summary>
    /// <param name="who">Who asks; null for nobody.</param>
    /// <param name="what">Its name in <see cref="Permissions"/>.</param>
    /// <param name="why">Why nobody is known.</param>
    public LineError? Refuse(Identity? who, string what, string why = "") => what == Permissions.Metrics && _options.OpenMetrics ? null
        : Permissions.All.TryGetValue(what, out var rule) ? Refuse(who, rule, why)
        : new LineError(LineErrorCode.RoleMissing, "This is in no list of what callers may do, so nobody may.");

    /// <summary>Null where this caller may, as they are now; else the failure, with the role that is missing.</summary>
    /// <param name="who">Who asks; null for nobody.</param>
    /// <param name="rule">What is needed.</param>
    /// <param name="why">Why nobody is known.</param>
    public LineError? Refuse(Identity? who, CallRule rule, string why = "")
    {
        if (rule.Least is not { } least) return null;
        if (who is null) return new LineError(LineErrorCode.NotSignedIn, why.Length > 0 ? why : "Nobody is signed in.");
        if (Renew(who) is not { } now) return new LineError(LineErrorCode.NotSignedIn, who.Shown is { RevocationFault: { Length: > 0 } revoked } ? $"The certificate of the key \"{who.Name}\" {revoked}." : who.Kind == IdentityKind.Key ? $"The key \"{who.Name}\" {(_time.GetUtcNow() > who.Until || (Keys.Find(who.Name) is { } key && Keys.IsExpired(key)) ? "has expired" : "was revoked")}." : "The session has ended; sign in again.");
        if (now.MustEnrol && !rule.IsForEnrolment) return new LineError(LineErrorCode.NotSignedIn, $"The role {now.Role} needs a second factor on this server: set one up in the console, on the page of your account.");
        if (now.Kind == IdentityKind.Wall && !rule.IsForWall) return new LineError(LineErrorCode.RoleMissing, "The link is for the wall view alone; sign in for this.");
        if (now.IsGateway && !rule.IsForGateway) return new LineError(LineErrorCode.RoleMissing, "The key of the OPC UA gateway is for its own calls alone; make one for this with 'anomalyline keys add'.");
        return rule.Allows(now.Role) ? null
            : new LineError(LineErrorCode.RoleMissing, $"This needs the role {least}{(rule.IsForCameras ? " or Camera" : least == AccessRole.Administrator ? "" : " or more")}; {now.Words} has {now.Role}. An administrator can change that.");
    }

    private static Identity DemoOperator { get; } = new(IdentityKind.Demo, "demo", AccessRole.Operator);

    private Identity? FindWall(string secret) =>
        Walls.FindByKey(secret) is { } wall && !Walls.IsExpired(wall) ? new Identity(IdentityKind.Wall, wall.Name, AccessRole.Viewer, wall.Secret) : null;

    private (Identity? Who, string Why) FindKey(string key, HttpContext http)
    {
        if (Keys.FindByKey(key) is not { } account)
        {
            var hash = KeyList.Hash(key);
            var own = _ownKeys.Where(own => CryptographicOperations.FixedTimeEquals(own.Hash, hash)).Select(own => own.Who).FirstOrDefault();
            return (own, own is null ? "The key is unknown here, or was revoked." : "");
        }

        return Bind(account, http);
    }

    private (Identity? Who, string Why) FindCertificate(ShownCertificate shown, HttpContext http)
    {
        if (shown.Fault.Length > 0) return (null, shown.Fault);
        if (_time.GetUtcNow() > shown.Until) return (null, "has expired");
        if (Keys.FindByCertificate(shown.Certificate, shown.IsFromAuthority) is not { } account) return (null, shown.IsFromAuthority ? "is of a subject that no key is bound to" : "is bound to no key, and from no authority that is trusted for clients");
        var (who, why) = Bind(account, http);
        return (who is null ? null : who with { Until = shown.Until, Shown = shown }, who is null ? $"is bound to a key that is refused: {why.TrimEnd('.')}" : "");
    }

    /// <summary>A key or a certificate within the bounds that it has.</summary>
    private (Identity? Who, string Why) Bind(Account account, HttpContext http)
    {
        var bounds = KeyBounds.Of(account);
        if (Keys.IsExpired(account)) return (null, $"The key \"{account.Name}\" has expired; its last day was {bounds.LastDay:yyyy-MM-dd}.");
        if (!bounds.HoldsAddress(http.Connection.RemoteIpAddress)) return (null, $"The key \"{account.Name}\" may not be used from {Origins.AddressOf(http)}.");
        return (new Identity(IdentityKind.Key, account.Name, account.Role, account.Secret) { Stations = bounds.Stations }, "");
    }

    /// <summary>The session as it is now: a user's role is that of the file, and another password ends it.</summary>
    private Identity? Renew(string session)
    {
        if (Sessions.Find(session) is not { } found) return null;
        if (found.Kind != IdentityKind.User) return found;
        return Users.Find(found.Name) is { } user && Sessions.IsProvedBy(session, user.Secret)
            ? found with { Role = user.Role, MustEnrol = _options.SecondFactorRoles.Contains(user.Role) && !UserList.HasSecondFactor(user) }
            : null;
    }

    private string AddOwnKey(Identity who)
    {
        var key = KeyList.Generate();
        _ownKeys.Add((KeyList.Hash(key), who));
        return key;
    }
}
