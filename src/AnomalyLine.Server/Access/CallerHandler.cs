using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AnomalyLine.Server.Access;

/// <summary>The one scheme of authentication: the caller whom <see cref="AccessControl"/> knows by key, certificate, session or link. It leaves a <see cref="Visit"/> beside every request.</summary>
internal sealed class CallerHandler(AccessControl access, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (who, why) = access.Identify(Context);
        Context.Features.Set(new Visit(who, why));
        if (who is null) return Task.FromResult(AuthenticateResult.NoResult());
        ConnectionGate.Know(Context);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(who.ToPrincipal(Origins.ConsoleOf(Context)), Scheme.Name)));
    }
}
