using System.Security.Cryptography;
using System.Text.Json;
using AnomalyLine.Server.Options;
using Microsoft.AspNetCore.DataProtection;

namespace AnomalyLine.Server.Access;

/// <summary>
/// What the next page says of a form that was sent: once, to the browser that sent it, in a cookie that the server alone can write. Nothing of it is in an address, so that no link has a page of the
/// server say what its author likes. Any thread.
/// </summary>
internal sealed class FormAnswers(AnomalyLineOptions options, IDataProtectionProvider protection)
{
    private const int LongestName = 64;
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(2);
    private readonly string _cookie = FormattableString.Invariant($"anomalyline-{options.HttpPort}-answer");
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector(nameof(FormAnswers)).ToTimeLimitedDataProtector();

    /// <summary>Keeps an answer for the page that the browser is led to.</summary>
    public void Keep(HttpContext http, FormAnswer answer)
    {
        var kept = answer with { Name = answer.Name.Length <= LongestName ? answer.Name : "" };
        http.Response.Cookies.Append(
            _cookie, _protector.Protect(JsonSerializer.Serialize(kept), s_life),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = s_life, IsEssential = true });
    }

    /// <summary>The answer for this page, which no other one shows again; <see cref="FormAnswer.None"/> if it has none.</summary>
    public FormAnswer Take(HttpContext http)
    {
        if (http.Request.Cookies[_cookie] is not { Length: > 0 } kept) return FormAnswer.None;
        http.Response.Cookies.Delete(_cookie, new CookieOptions { Path = "/" });
        try
        {
            return JsonSerializer.Deserialize<FormAnswer>(_protector.Unprotect(kept)) ?? FormAnswer.None;
        }
        catch (Exception strange) when (strange is CryptographicException or JsonException)
        {
            // Somebody else's, or too old.
            return FormAnswer.None;
        }
    }
}
