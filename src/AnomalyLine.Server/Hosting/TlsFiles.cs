using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AnomalyLine.Server.Access;
using AnomalyLine.Server.Options;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// The files of TLS as they are now: what is put in their place counts for the connections that begin from then on, without a restart. Files that cannot be used change nothing, and the log says
/// so once. Any thread.
/// </summary>
internal sealed partial class TlsFiles
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private volatile State _state;
    private long _looked;
    private RevocationLists? _told;
    private string _stamp;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidOptionsException">They cannot be used.</exception>
    public TlsFiles(TlsOptions options, TimeProvider time, ILogger<TlsFiles> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        (_stamp, _looked) = (Stamp(), time.GetTimestamp());
        if (!TryLoad(out var state, out var error)) throw new InvalidOptionsException([error]);
        _state = state!;
        if (_options.IsKeyOpen) LogOpenKey(_options.Key!);
        TellDue();
    }

    /// <summary>When the certificate of now expires (UTC).</summary>
    public DateTimeOffset Until => new(Look().Until, TimeSpan.Zero);

    /// <summary>How a connection begins.</summary>
    /// <param name="context">It.</param>
    /// <param name="withClients">Whether the caller is asked for a certificate, which it may do without.</param>
    public SslServerAuthenticationOptions Begin(TlsHandshakeCallbackContext context, bool withClients)
    {
        var state = Look();
        var options = new SslServerAuthenticationOptions { ServerCertificateContext = state.Certificate };
        if (!withClients) return options;
        var now = _time.GetUtcNow();
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = ShownCertificate.Policy(state.Authorities, now);
#pragma warning disable CA5359 // Of clients: a stranger is a stranger with a certificate as without, and is told so by an answer, not by a broken connection.
        options.RemoteCertificateValidationCallback = (_, shown, chain, _) =>
        {
            if (shown is X509Certificate2 certificate) context.Connection.Features.Set(ShownCertificate.Of(certificate, chain?.ChainPolicy.ExtraStore ?? [], state.Authorities, () => Look().Revocations, now));
            return true;
        };
#pragma warning restore CA5359
        return options;
    }

    /// <summary>The lists of revoked certificates of clients.</summary>
    public RevocationLists Revocations => Look().Revocations;

    private State Look()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _looked)) < s_period) return _state;
        lock (_lock)
        {
            if (_time.GetElapsedTime(_looked) < s_period) return _state;
            Volatile.Write(ref _looked, _time.GetTimestamp());
            if (Stamp() is var stamp && stamp == _stamp)
            {
                TellDue();
                return _state;
            }

            _stamp = stamp;
            if (TryLoad(out var state, out var error))
            {
                _state = state!;
                LogRead(_options.Certificate!, _state.Until);
                TellDue();
            }
            else
            {
                LogUnusable(error, _state.Until);
            }

            return _state;
        }
    }

    /// <summary>Says once of each file that a newer one should be there.</summary>
    private void TellDue()
    {
        if (_state.Revocations.DueAt is not { } due || _time.GetUtcNow() < due || ReferenceEquals(_told, _state.Revocations)) return;
        _told = _state.Revocations;
        LogDue(_options.ClientRevocations!, due);
    }

    private bool TryLoad(out State? state, out string error)
    {
        (state, error) = (null, "");
        try
        {
            var certificate = _options.Load();
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_options.Certificate!);
            state = new State(SslStreamCertificateContext.Create(certificate, chain, offline: true), _options.LoadClientAuthorities(), _options.LoadClientRevocations(), certificate.NotAfter.ToUniversalTime());
            return true;
        }
        catch (Exception failure) when (failure is InvalidOptionsException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            error = failure.Message;
            return false;
        }
    }

    private string Stamp() => string.Join(' ', new[] { _options.Certificate, _options.Key, _options.ClientAuthorities, _options.ClientRevocations }.OfType<string>().Select(path => new FileInfo(path))
        .Select(file => file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "-"));

    [LoggerMessage(EventId = 180, Level = LogLevel.Information, Message = "The certificate of {Path} is another one now; it is valid until {Until:u}")]
    private partial void LogRead(string path, DateTime until);

    [LoggerMessage(EventId = 181, Level = LogLevel.Error, Message = "The files of TLS have changed and cannot be used: {Reason} The certificate from before stays; it is valid until {Until:u}")]
    private partial void LogUnusable(string reason, DateTime until);

    [LoggerMessage(EventId = 182, Level = LogLevel.Warning, Message = "Other accounts of this machine can read {Path}, the private key of TLS: set its mode to 0600")]
    private partial void LogOpenKey(string path);

    [LoggerMessage(EventId = 183, Level = LogLevel.Warning, Message = "A list of revocation in {Path} should have been replaced at {Due:u}; it counts on, and what was revoked since gets in")]
    private partial void LogDue(string path, DateTimeOffset due);

    private sealed record State(SslStreamCertificateContext Certificate, X509Certificate2Collection Authorities, RevocationLists Revocations, DateTime Until);
}
