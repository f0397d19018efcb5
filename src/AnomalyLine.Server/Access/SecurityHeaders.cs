using Microsoft.Extensions.Primitives;

namespace AnomalyLine.Server.Access;

/// <summary>What browsers are told of every answer: run no script but the server's own files, frame and guess nothing, tell other sites nothing, and come back by TLS where it was used.</summary>
internal static class SecurityHeaders
{
    /// <summary>Styles stand in pages too: a bar's width, a mark's place on a picture.</summary>
    private const string Policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private const string OverTls = "max-age=31536000";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use(static (http, next) =>
    {
        // Once it is known what the answer is: a page that says more itself keeps it, and the browser heeds both.
        http.Response.OnStarting(static state =>
        {
            var response = ((HttpContext)state).Response;
            var headers = response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            if (response.HttpContext.Request.IsHttps) headers.StrictTransportSecurity = OverTls;
            headers.ContentSecurityPolicy = StringValues.Concat(headers.ContentSecurityPolicy, Policy);
            return Task.CompletedTask;
        }, http);
        return next(http);
    });
}
