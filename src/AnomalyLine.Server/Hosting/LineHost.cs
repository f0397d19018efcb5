using AnomalyLine.Inspection;
using AnomalyLine.Server.Options;

namespace AnomalyLine.Server.Hosting;

/// <summary>Opens the line before the ports open, and closes it after they are closed.</summary>
internal sealed class LineHost(AnomalyLineOptions options, DetectorLoader loader, Decoders decoders, TimeProvider time, ILoggerFactory loggers) : IHostedService
{
    private Line? _line;

    /// <summary>The line.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public Line Line => _line ?? throw new InvalidOperationException("The line is not open yet.");

    /// <summary>All stations in order of name; none before the line is open.</summary>
    public IReadOnlyList<StationStatus> Stations => _line?.Stations ?? [];

    /// <summary>What is damaged in the log; empty where nothing is known to be.</summary>
    public string LogDamage => _line?.LogDamage ?? "";

    /// <summary>A station by its name; null if there is none.</summary>
    public StationStatus? FindStation(string name) => _line is not null && _line.GetStation(name).TryGet(out var station, out _) ? station : null;

    /// <summary>Why guests of the line were taken off, a sentence each; empty where all of them work.</summary>
    public IReadOnlyList<string> ObserverFaults => _line?.Evidence.Faults ?? [];

    /// <summary>Counts the statuses that were sent.</summary>
    public Heartbeat Heartbeat { get; } = new();

    /// <summary>The stations that have an active recipe for a product, in order of name.</summary>
    public IReadOnlyList<string> StationsOf(string product) => [.. Stations.Select(station => station.Name).Where(name => Line.GetRecipe(name, product).Error is null)];

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _line = await Line.OpenAsync(options.Line, loader.Load, time, loggers, cancellationToken, decoders.Pool);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_line is not null) await _line.DisposeAsync();
    }
}
