using AnomalyLine.Management.Signing;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Hosting;

/// <summary>Makes the server's signing key at its first start and trusts it, before a model is loaded; its fingerprint is for people to note elsewhere.</summary>
internal sealed partial class SignerHost(AnomalyLineOptions options, TrustedSigners signers, TimeProvider time, ILogger<SignerHost> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var key = SigningKey.Open(options.DataFolder);
            signers.TrustOwn(key.Fingerprint, time);
            LogSigner(key.Fingerprint);
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or SignatureException)
        {
            LogNoSigner(none.Message);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 160, Level = LogLevel.Information, Message = "Backups and the models that this server trains are signed by {Fingerprint}")]
    private partial void LogSigner(string fingerprint);

    [LoggerMessage(EventId = 161, Level = LogLevel.Warning, Message = "Backups and trained models cannot be signed, and will not be made: {Reason}")]
    private partial void LogNoSigner(string reason);
}
