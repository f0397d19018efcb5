using System.Net;

namespace AnomalyLine.Server.Access;

/// <summary>Where a request comes from, as far as it can be trusted.</summary>
internal static class Origins
{
    private static readonly string[] s_proxied = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>
    /// Whether it seems to come from this machine itself: over loopback, to a loopback name (a name that somebody else's DNS leads here is none), by no page of another site, and without a trace
    /// of a proxy. Something that hands on bytes leaves none, so that this lets nobody in but the demonstration's operator.
    /// </summary>
    public static bool IsFromThisMachine(this HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && !s_proxied.Any(http.Request.Headers.ContainsKey)
        && IsLoopback(http.Request.Host.Host)
        && http.IsSameOrigin();

    /// <summary>Whether no page of another site sent it: a browser names the page's site with everything but plain reading, with the port.</summary>
    public static bool IsSameOrigin(this HttpContext http) =>
        http.Request.Headers.Origin is var origin && (origin.Count == 0
            || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var site) && string.Equals(site.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An address on this server to go on to after a sign-in; "/" for any that could lead elsewhere.</summary>
    public static string LocalPath(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.StartsWith("/\\", StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : "/";

    /// <summary>The caller's address, as the audit and the slowing of guesses name it.</summary>
    public static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Where a change in the console came from, as the audit names it.</summary>
    public static string ConsoleOf(HttpContext http) => $"console {AddressOf(http)}";

    /// <summary>The caller's address with the port, in the form of gRPC, as the audit names where a call came from.</summary>
    public static string PeerOf(HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address => $"ipv6:[{address}]:{http.Connection.RemotePort}",
        var address => $"ipv4:{address}:{http.Connection.RemotePort}",
    };

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
