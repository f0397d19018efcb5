using AnomalyLine.Management.Access;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Access;

/// <summary>Lets programs on this machine find the key of this start, once the ports are open: a server that cannot have them leaves the key of the one that has.</summary>
internal sealed partial class LocalPrograms(AccessControl access, AnomalyLineOptions options, ILogger<LocalPrograms> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var path = LocalKey.Write(options.DataFolder, access.LocalKey);
        // A port that the system chose is in nobody's head.
        if (options.GrpcPort == 0) return Task.CompletedTask;
        try
        {
            LocalKey.Publish(path, options.GrpcPort);
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            LogHidden(path, none.Message);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 150, Level = LogLevel.Warning, Message = "The command line does not find the key of this start by itself ({Reason}): set ANOMALYLINE_KEY to the text of {Path}")]
    private partial void LogHidden(string path, string reason);
}
