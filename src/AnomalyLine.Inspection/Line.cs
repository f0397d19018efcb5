using System.Collections.Concurrent;
using AnomalyLine.Inspection.Batching;
using AnomalyLine.Inspection.Storage;
using AnomalyLine.Vision.Models;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection;

/// <summary>
/// All stations of a server: takes frames, has models judge them in batches, writes each inspection to the durable log, then publishes and answers it.
/// Any thread.
/// </summary>
public sealed class Line : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Station> _stations = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _change = new(1);
    private readonly LineMetrics _metrics = new();
    private readonly LogDatabase _database;
    private readonly LogWriter _writer;
    private readonly ModelPool _models;
    private readonly FrameFlow _flow;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _stopped;

    private Line(LogDatabase database, long position, LineOptions options, Func<string, IDetector> loadDetector, TimeProvider time, ILogger logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        Log = new InspectionLog(database);
        Evidence = new Evidence(options.EvidenceBytesPerStation, time);
        Feed = new InspectionFeed(_stations, Log, position, options.SubscriberCapacity, _metrics, logger);
        _models = new ModelPool(loadDetector, options, time, _metrics, logger);
        _metrics.ObserveQueues(() => _models.QueueLengths);
        _writer = new LogWriter(database.Writer, position, options.RetainedInspectionsPerStation, Publish, time, _metrics, logger);
        _flow = new FrameFlow(_stations, _writer, options, time, _metrics, logger);
    }

    /// <summary>All stations in order of name.</summary>
    public IReadOnlyList<StationStatus> Stations
        => [.. _stations.Values.OrderBy(station => station.Name, StringComparer.Ordinal).Select(station => station.ToStatus(_writer.Fault))];

    /// <summary>The durable log.</summary>
    public InspectionLog Log { get; }

    /// <summary>Inspections as they are made.</summary>
    public InspectionFeed Feed { get; }

    /// <summary>What pictures of the last inspections are made from.</summary>
    public Evidence Evidence { get; }

    /// <summary>
    /// Opens the log, brings back stations and active recipes, and loads their models. A model that cannot be loaded leaves its stations not ready,
    /// with the reason as their fault.
    /// </summary>
    /// <param name="options">How the line runs.</param>
    /// <param name="loadDetector">
    /// Loads the model of a version; called on the thread that will own it. It throws <see cref="FileNotFoundException"/> where there is no such model,
    /// <see cref="ModelFileException"/> where it cannot be used.
    /// </param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="loggers">Makes the loggers.</param>
    /// <param name="cancellation">Stops opening.</param>
    /// <exception cref="ArgumentException">Options are outside their ranges; the message has all of them.</exception>
    /// <exception cref="LogOpenException">The log cannot be opened.</exception>
    public static async Task<Line> OpenAsync(
        LineOptions options, Func<string, IDetector> loadDetector, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join(' ', errors), nameof(options));
        var database = LogDatabase.Open(options);
        var stored = database.ReadOrClose(StationStore.ReadStations);
        var position = database.ReadOrClose(StationStore.ReadLastPosition);
        var line = new Line(database, position, options, loadDetector, time, loggers.CreateLogger<Line>());
        try
        {
            await Task.WhenAll(stored.Select(station => line.BringBackAsync(station, cancellation)));
            LineEvents.Opened(line._logger, database.Id, stored.Count);
            return line;
        }
        catch (OperationCanceledException)
        {
            await line.DisposeAsync();
            throw;
        }
    }

    /// <summary>A station's state, or <see cref="LineErrorCode.StationNotFound"/>.</summary>
    public Outcome<StationStatus> GetStation(string name)
        => _stations.TryGetValue(name, out var station) ? station.ToStatus(_writer.Fault) : LineErrors.StationNotFound(name);

    /// <summary>Adds a station, or <see cref="LineErrorCode.InvalidStationName"/>, StationExists, LogFailed, Stopping.</summary>
    public async Task<Outcome<StationStatus>> CreateStationAsync(string name, CancellationToken cancellation)
    {
        if (!IsStationName(name))
        {
            return new LineError(
                LineErrorCode.InvalidStationName, $"The station name '{name}' is not 1..64 characters out of letters, digits, '-', '_' and '.'; choose another one.");
        }

        await _change.WaitAsync(cancellation);
        try
        {
            if (_stopped) return LineErrors.Stopping();
            if (_stations.ContainsKey(name)) return new LineError(LineErrorCode.StationExists, $"Station '{name}' exists already; choose another name.");
            var now = _time.GetUtcNow();
            if (await _writer.ChangeAsync(connection => StationStore.AddStation(connection, name, now)) is { } error) return error;
            var station = new Station(name, firstSequence: 1, lastSequence: 0);
            _stations[name] = station;
            LineEvents.StationCreated(_logger, name);
            return station.ToStatus(_writer.Fault);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>The station's active recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound.</summary>
    public Outcome<Recipe> GetRecipe(string station)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        if (found.Active is { } active) return active.Recipe;
        return new LineError(LineErrorCode.RecipeNotFound, $"Station '{station}' has no active recipe; activate one.");
    }

    /// <summary>
    /// Loads and warms the model beside the running one, then makes the recipe the station's active one between two frames; frames already accepted keep theirs.
    /// The model before stays loaded, so that activating it again is immediate. One activation at a time; others wait.
    /// </summary>
    /// <param name="recipe">The recipe; its revision is given by the line.</param>
    /// <param name="cancellation">Stops before the swap; the active recipe then stays.</param>
    /// <returns>
    /// The recipe with its revision, or <see cref="LineErrorCode.StationNotFound"/>, InvalidRecipe, ModelNotFound, ModelUnusable, LogFailed, Stopping.
    /// </returns>
    public async Task<Outcome<Recipe>> ActivateRecipeAsync(Recipe recipe, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (!_stations.TryGetValue(recipe.Station, out var station)) return LineErrors.StationNotFound(recipe.Station);
        if (recipe.Check() is { Count: > 0 } errors)
        {
            return new LineError(LineErrorCode.InvalidRecipe, $"The recipe for station '{recipe.Station}' is not valid: {string.Join("; ", errors)}.");
        }

        await _change.WaitAsync(cancellation);
        try
        {
            if (_stopped) return LineErrors.Stopping();
            return await SwapAsync(station, recipe, cancellation);
        }
        finally
        {
            if (!_stopped) _models.RetainOnly(ModelsInUse());
            _change.Release();
        }
    }

    /// <summary>
    /// Judges one frame. Every frame of a known station gets exactly one record, whatever happens to it; the record is in the log before it is returned.
    /// Returns at once to the caller's thread while others work; many calls may run at the same time.
    /// </summary>
    /// <param name="request">The frame, or what was wrong with it.</param>
    /// <param name="cancellation">Withdraws the frame: its record then says <see cref="ReasonCode.Cancelled"/> where there was no result yet. Never throws for it.</param>
    /// <returns>The record, or <see cref="LineErrorCode.StationNotFound"/>, LogFailed, Stopping, for which there is none.</returns>
    public Task<Outcome<InspectionRecord>> InspectAsync(InspectionRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _flow.InspectAsync(request, cancellation);
    }

    /// <summary>
    /// Takes no further frames, judges those accepted (each within its deadline), completes the log, ends the feed, and unloads the models.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _change.WaitAsync();
        try
        {
            if (_stopped) return;
            _stopped = true;
            await _flow.StopAsync();
            await _writer.CloseAsync();
            Feed.End();
            await _models.StopAsync();
            Log.Close();
            _writer.Dispose();
            _database.Dispose();
            _metrics.Dispose();
            LineEvents.Stopped(_logger);
        }
        finally
        {
            _change.Release();
        }
    }

    private static bool IsStationName(string name)
        => name.Length is >= 1 and <= 64 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private async Task BringBackAsync(StoredStation stored, CancellationToken cancellation)
    {
        var station = new Station(stored.Name, stored.FirstSequence, stored.LastSequence);
        if (stored.Recipe is { } recipe)
        {
            var model = await _models.GetAsync(recipe.ModelVersion, cancellation);
            station.Active = model.TryGet(out var worker, out var error)
                ? new ActiveRecipe(recipe, worker, "")
                : new ActiveRecipe(recipe, null, error.Message);
        }

        _stations[stored.Name] = station;
    }

    private async Task<Outcome<Recipe>> SwapAsync(Station station, Recipe recipe, CancellationToken cancellation)
    {
        if (!(await _models.GetAsync(recipe.ModelVersion, cancellation)).TryGet(out var worker, out var error)) return error;
        var before = station.Active?.Recipe;
        var next = recipe with { Revision = (before?.Revision ?? 0) + 1 };
        var now = _time.GetUtcNow();
        if (await _writer.ChangeAsync(connection => StationStore.AddRecipe(connection, next, now)) is { } failure) return failure;
        if (before is not null && !string.Equals(before.ModelVersion, next.ModelVersion, StringComparison.Ordinal))
        {
            station.PreviousModelVersion = before.ModelVersion;
        }

        station.Active = new ActiveRecipe(next, worker, "");
        LineEvents.RecipeActivated(_logger, next.Station, next.Revision, next.ModelVersion, next.Threshold);
        return next;
    }

    private HashSet<string> ModelsInUse()
    {
        var versions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var station in _stations.Values)
        {
            if (station.Active is { } active) versions.Add(active.Recipe.ModelVersion);
            if (station.PreviousModelVersion is { } previous) versions.Add(previous);
        }

        return versions;
    }

    private void Publish(ReadOnlySpan<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            entry.Station.Count(entry.Record);
            Evidence.Keep(entry);
            _metrics.Inspected(entry.Record);
        }

        Feed.Publish(entries);
    }
}
