using AnomalyLine.Server.Hosting;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Forwarding;

/// <summary>Those who are told of results: what a way out of the server has to offer.</summary>
internal interface IReceivers
{
    /// <summary>Each with the name of its file, and made with what it has of the log.</summary>
    IEnumerable<(string File, Func<LogCursors, IReceiver> Create)> List();
}

/// <summary>Runs a forwarder for each receiver that is configured. None of them holds up a frame: each follows the log on its own.</summary>
internal sealed class ForwardingHost(
    IEnumerable<IReceivers> receivers, AnomalyLineOptions options, LineHost host, ForwardingMetrics metrics, TimeProvider time) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var line = host.Line;
        return Task.WhenAll(receivers.SelectMany(all => all.List()).Select(receiver =>
        {
            var newest = line.Stations.Select(station => KeyValuePair.Create(station.Name, station.LastSequence));
            var cursors = new LogCursors(Path.Combine(options.DataFolder, receiver.File), line.Log.Id, newest);
            return new LogForwarder(receiver.Create(cursors), line, cursors, metrics, time).RunAsync(stoppingToken);
        }));
    }
}
