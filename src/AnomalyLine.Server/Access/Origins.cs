using System.Net;
using Microsoft.Net.Http.Headers;

namespace AnomalyLine.Server.Access;

/// <summary>Where a request comes from, as far as it can be trusted.</summary>
internal static class Origins
{
    private static readonly string[] s_proxied = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>
    /// Whether it comes from this machine itself: over loopback, handed on by no proxy, to a loopback name (a name that somebody else's DNS leads here is none), and by no page of another site.
    /// </summary>
    public static bool IsFromThisMachine(this HttpContext http) =>
        http.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && !s_proxied.Any(http.Request.Headers.ContainsKey)
        && IsLoopback(http.Request.Host.Host)
        && http.IsSameOrigin();

    /// <summary>Whether it comes from this machine, and not from a browser: a page of any site can make a browser send requests.</summary>
    public static bool IsFromLocalProgram(this HttpContext http) =>
        http.IsFromThisMachine() && !http.Request.Headers.ContainsKey(HeaderNames.Origin) && !http.Request.Headers.Keys.Any(name => name.StartsWith("Sec-Fetch-", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether no page of another site sent it: a browser names the page's site with everything but plain reading, with the port.</summary>
    public static bool IsSameOrigin(this HttpContext http) =>
        http.Request.Headers.Origin is var origin && (origin.Count == 0
            || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var site) && string.Equals(site.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)));

    /// <summary>An address on this server to go on to after a sign-in; "/" for any that could lead elsewhere.</summary>
    public static string LocalPath(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.StartsWith("/\\", StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : "/";

    /// <summary>The caller's address, as the audit and the slowing of guesses name it.</summary>
    public static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
