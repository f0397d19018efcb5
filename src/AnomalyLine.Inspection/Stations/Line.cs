using System.Collections.Concurrent;
using AnomalyLine.Detection;
using AnomalyLine.Detection.Models;
using AnomalyLine.Imaging;
using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Inspection.Batching;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Stations;

/// <summary>
/// All stations of a server: takes frames, has models judge them in batches, writes each inspection to the durable log, then publishes and answers it.
/// Any thread.
/// </summary>
public sealed class Line : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Station> _stations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Station> _removed = new(StringComparer.Ordinal);
    private readonly LineMetrics _metrics = new();
    private readonly LogDatabase _database;
    private readonly LogWriter _writer;
    private readonly LogCheck _check;
    private readonly ProductionCounter _production;
    private readonly ModelPool _models;
    private readonly FrameFlow _flow;
    private readonly LineChanges _changes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private Line(
        LogDatabase database, long position, LineOptions options, Func<string, IDetector> loadDetector, TimeProvider time, ILogger logger, IFileDecoder? decoder)
    {
        _database = database;
        _time = time;
        _logger = logger;
        Log = new InspectionLog(database);
        Evidence = new Evidence(options.EvidenceBytesPerStation, options.EvidenceBytes ?? long.MaxValue, time, _metrics, logger);
        Feed = new InspectionFeed(_stations, _removed, Log, position, options.SubscriberCapacity, _metrics, logger);
        _models = new ModelPool(loadDetector, () => LineChanges.ModelsNamed(_stations), options, time, _metrics, logger);
        _metrics.ObserveQueues(() => _models.QueueLengths);
        _writer = new LogWriter(database, position, new Retention(database.Writer, options, () => _removed.IsEmpty ? [] : _removed.Values, time), Publish, time, _metrics, logger);
        _check = new LogCheck(database, logger);
        _production = new ProductionCounter(database, _writer, time, logger);
        _metrics.ObserveDamage(() => _check.Damage.Length > 0);
        _flow = new FrameFlow(_stations, _writer, options, time, _metrics, logger, decoder);
        _changes = new LineChanges(_stations, _removed, _writer, _models, time, logger);
    }

    /// <summary>All stations in order of name.</summary>
    public IReadOnlyList<StationStatus> Stations
        => [.. _stations.Values.OrderBy(station => station.Name, StringComparer.Ordinal).Select(station => station.ToStatus(_writer.Fault))];

    /// <summary>The durable log.</summary>
    public InspectionLog Log { get; }

    /// <summary>What is damaged in the log, as its check after the start has found; empty where nothing is, or it is not done yet. The line judges all the same.</summary>
    public string LogDamage => _check.Damage;

    /// <summary>Done when all of the log has been read once since the start.</summary>
    internal Task LogChecked => _check.Done;

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
    /// <param name="decoder">Decodes files of cameras elsewhere; null to decode them in this process.</param>
    /// <exception cref="ArgumentException">Options are outside their ranges; the message has all of them.</exception>
    /// <exception cref="LogOpenException">The log cannot be opened.</exception>
    public static async Task<Line> OpenAsync(
        LineOptions options, Func<string, IDetector> loadDetector, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation,
        IFileDecoder? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join(' ', errors), nameof(options));
        var database = LogDatabase.Open(options);
        var stored = database.ReadOrClose(StationStore.ReadStations);
        var position = database.ReadOrClose(StationStore.ReadLastPosition);
        var line = new Line(database, position, options, loadDetector, time, loggers.CreateLogger<Line>(), decoder);
        try
        {
            await Task.WhenAll(stored.Select(station => line._changes.BringBackAsync(station, cancellation)));
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
    public async Task<Outcome<StationStatus>> CreateStationAsync(string name, CancellationToken cancellation) => ToStatus(await _changes.CreateAsync(name, cancellation));

    /// <summary>
    /// Takes a station out of the line: further frames find no such station. Frames that it accepted are still judged, and its inspections, for
    /// <see cref="LineOptions.RemovedStationRetention"/>, and recipes stay readable by its name.
    /// A station that is added under this name goes on with its numbers, without a recipe.
    /// </summary>
    /// <returns>The station as it was, or <see cref="LineErrorCode.StationNotFound"/>, LogFailed, Stopping.</returns>
    public async Task<Outcome<StationStatus>> RemoveStationAsync(string name, CancellationToken cancellation)
    {
        if (!GetStation(name).TryGet(out var before, out var unknown)) return unknown;
        if ((await _changes.RemoveAsync(name, cancellation)).Error is { } error) return error;
        Evidence.Forget(name);
        return before;
    }

    /// <summary>Sets the name that people read; the station's name, which is its identity, stays.</summary>
    /// <param name="name">Name of the station.</param>
    /// <param name="displayName">At most 64 characters without control characters; empty for the name.</param>
    /// <param name="cancellation">Stops before the change.</param>
    /// <returns>The station, or <see cref="LineErrorCode.StationNotFound"/>, InvalidStationName, LogFailed, Stopping.</returns>
    public async Task<Outcome<StationStatus>> RenameStationAsync(string name, string displayName, CancellationToken cancellation)
    {
        if (displayName.Length > 64 || ControlCharacters.Check(displayName) is not null)
        {
            return new LineError(
                LineErrorCode.InvalidStationName,
                $"The display name has {displayName.Length} characters, or control characters; use at most 64 characters without line breaks.");
        }

        return ToStatus(await _changes.RenameAsync(name, displayName.Trim(), cancellation));
    }

    /// <summary>
    /// A page of a station's inspections that meet a search, newest first; or <see cref="LineErrorCode.StationNotFound"/> where neither the line nor the log has
    /// the station.
    /// </summary>
    /// <param name="search">What to look for.</param>
    /// <param name="most">Length of the page, 1..1000.</param>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<LogFound> FindInspections(LogSearch search, int most)
    {
        ArgumentNullException.ThrowIfNull(search);
        var found = Log.Find(search, most);
        return found.Records.Count > 0 || IsKnown(search.Station) ? found : LineErrors.StationNotFound(search.Station);
    }

    /// <summary>As <see cref="InspectionLog.ReadHistory"/>; or <see cref="LineErrorCode.StationNotFound"/> where neither the line nor the log has the station.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<IReadOnlyList<InspectionRecord>> ReadHistory(HistoryRange range, int most)
    {
        ArgumentNullException.ThrowIfNull(range);
        return IsKnown(range.Station) ? new Outcome<IReadOnlyList<InspectionRecord>>(Log.ReadHistory(range, most)) : LineErrors.StationNotFound(range.Station);
    }

    /// <summary>As <see cref="InspectionLog.SummarizeHistory"/>; or <see cref="LineErrorCode.StationNotFound"/> where neither the line nor the log has the station.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<IReadOnlyList<HistoryInterval>> SummarizeHistory(string station, DateTimeOffset from, DateTimeOffset until, TimeSpan interval) =>
        IsKnown(station) ? new Outcome<IReadOnlyList<HistoryInterval>>(Log.SummarizeHistory(station, from, until, interval)) : LineErrors.StationNotFound(station);

    /// <summary>Starts or stops a station; kept across restarts. Frames already accepted are still judged, and its models stay loaded.</summary>
    /// <returns>The station, or <see cref="LineErrorCode.StationNotFound"/>, LogFailed, Stopping.</returns>
    public async Task<Outcome<StationStatus>> SetModeAsync(string station, StationMode mode, CancellationToken cancellation)
        => ToStatus(await _changes.SetModeAsync(station, mode, cancellation));

    /// <summary>Counts a station's inspections from zero, from now on; the station, or <see cref="LineErrorCode.StationNotFound"/>.</summary>
    public Outcome<StationStatus> ResetCounters(string station)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        LineEvents.CountersReset(_logger, station, found.ResetCounters(_time.GetUtcNow()));
        return found.ToStatus(_writer.Fault);
    }

    /// <summary>
    /// Announces the part that comes next, for the next frame of the station that names no part itself; it is used once, and forgotten when the line stops.
    /// </summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="partId">Identity of the part, at most 128 characters; null for the one that is announced already.</param>
    /// <param name="productId">Its product, at most 64 characters, empty for the selected one; null for the one that is announced already.</param>
    /// <returns>What is announced now, or <see cref="LineErrorCode.StationNotFound"/>, InvalidPart.</returns>
    public Outcome<NextPartChange> SetNextPart(string station, string? partId, string? productId)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        (partId, productId) = (partId is null ? null : ControlCharacters.TrimScan(partId), productId is null ? null : ControlCharacters.TrimScan(productId));
        if (new NextPart(partId ?? "", productId ?? "").Check() is { } error) return new LineError(LineErrorCode.InvalidPart, error);
        var change = found.Announce(partId, productId);
        if (change.Replaced is { } replaced) LineEvents.NextPartReplaced(_logger, station, replaced.PartId);
        return change;
    }

    /// <summary>The station's active recipe of a product, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="productId">The product; empty for the default recipe.</param>
    public Outcome<Recipe> GetRecipe(string station, string productId = "")
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        return found.Setup.Recipes.TryGetValue(productId, out var active) ? active.Recipe : LineErrors.NoRecipe(station, productId);
    }

    /// <summary>
    /// All revisions of a station's recipes, also of one that was removed, newest first, at most 1000; or <see
    /// cref="LineErrorCode.StationNotFound"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<IReadOnlyList<RecipeRevision>> ListRecipes(string station)
    {
        if (!_stations.TryGetValue(station, out var found) && !_removed.TryGetValue(station, out found)) return LineErrors.StationNotFound(station);
        var active = found.Setup.Recipes.Values.Select(recipe => recipe.Recipe.Revision).ToHashSet();
        var read = Log.Read(reader => reader.ReadRecipes(station, 1000));
        return new Outcome<IReadOnlyList<RecipeRevision>>([.. read.Select(row => new RecipeRevision(row.Recipe, row.ActivationTime, active.Contains(row.Recipe.Revision)))]);
    }

    /// <summary>The active recipe of each product of a station, in order of product; or <see cref="LineErrorCode.StationNotFound"/>.</summary>
    public Outcome<IReadOnlyList<Recipe>> ListActiveRecipes(string station)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        var active = found.Setup.Recipes.Values.Select(active => active.Recipe);
        return new Outcome<IReadOnlyList<Recipe>>([.. active.OrderBy(recipe => recipe.ProductId, StringComparer.Ordinal)]);
    }

    /// <summary>A revision of a station's recipes, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<RecipeRevision> GetRevision(string station, int revision)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        if (ReadRevisions(station).Find(row => row.Recipe.Revision == revision) is not { Recipe: { } recipe } row)
            return new LineError(LineErrorCode.RecipeNotFound,
                $"Station '{station}' has no recipe revision {revision}; choose one that the list of its recipes has.");
        return new RecipeRevision(recipe, row.ActivationTime, found.Setup.Recipes.Values.Any(active => active.Recipe.Revision == revision));
    }

    /// <summary>A product's newest recipe of a revision or an earlier one; null where it had none then.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Recipe? FindRecipe(string station, string productId, int revision) => !_stations.TryGetValue(station, out var found) ? null
        : ReadOwnRecipes(station, found.Setup).FirstOrDefault(recipe =>
            recipe.Revision <= revision && string.Equals(recipe.ProductId, productId, StringComparison.Ordinal));

    /// <summary>
    /// Why a recipe could not be activated, whatever its model: <see cref="LineErrorCode.StationNotFound"/>, InvalidRecipe; null where nothing
    /// speaks against it.
    /// </summary>
    public LineError? CheckRecipe(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return _stations.ContainsKey(recipe.Station) ? recipe.ToError() : LineErrors.StationNotFound(recipe.Station);
    }

    /// <summary>
    /// What <see cref="RollbackRecipeAsync"/> brings back, or why there is nothing: <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<Recipe> FindRollback(string station, string productId)
        => _stations.TryGetValue(station, out var found) ? FindRollback(station, productId, found.Setup) : LineErrors.StationNotFound(station);

    /// <summary>The models that have judged each product of a station, each pair once; or <see cref="LineErrorCode.StationNotFound"/>.</summary>
    /// <exception cref="ObjectDisposedException">The line is stopped.</exception>
    public Outcome<IReadOnlyList<(string ProductId, string ModelVersion)>> ListJudges(string station)
    {
        if (!_stations.TryGetValue(station, out var found)) return LineErrors.StationNotFound(station);
        var pairs = ReadOwnRecipes(station, found.Setup).Select(recipe => (recipe.ProductId, recipe.ModelVersion)).Distinct();
        return new Outcome<IReadOnlyList<(string ProductId, string ModelVersion)>>([.. pairs]);
    }

    /// <summary>The revision of a station's newest recipe, also of a removed station that had the name before; 0 if there is none.</summary>
    public int GetLastRevision(string station) => _stations.TryGetValue(station, out var found) ? found.Setup.LastRevision : 0;

    /// <summary>
    /// Loads and warms the model beside the running one, then makes the recipe the active one of its product between two frames; frames already accepted keep theirs.
    /// The model before stays loaded, so that activating it again is immediate. Other changes, of this station too, are made meanwhile; of several
    /// activations of a product the one whose model is loaded last is the active one.
    /// </summary>
    /// <param name="recipe">The recipe; its revision is given by the line.</param>
    /// <param name="cancellation">Stops before the swap; the active recipe then stays.</param>
    /// <returns>
    /// The recipe with its revision, or <see cref="LineErrorCode.StationNotFound"/>, InvalidRecipe, ModelNotFound, ModelUnusable, LogFailed, Stopping.
    /// </returns>
    public async Task<Outcome<Recipe>> ActivateRecipeAsync(Recipe recipe, CancellationToken cancellation)
    {
        if (CheckRecipe(recipe) is { } error) return error;
        return await _changes.ActivateAsync(recipe, cancellation);
    }

    /// <summary>Shifts the threshold of a product's active recipe, as a new revision; the model stays.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="productId">The product; empty for the default recipe.</param>
    /// <param name="sensitivity">The operator's shift, within the recipe's <see cref="Recipe.SensitivityLimit"/>.</param>
    /// <param name="cancellation">Stops before the change.</param>
    /// <param name="author">Who shifts it, and why; null if nobody said.</param>
    /// <returns>The active recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound, InvalidRecipe, LogFailed, Stopping.</returns>
    public Task<Outcome<Recipe>> SetSensitivityAsync(
        string station, string productId, float sensitivity, CancellationToken cancellation, RecipeAuthor? author = null)
        => _changes.AdjustAsync(station, productId, recipe => (recipe with { Sensitivity = sensitivity }).By(author), cancellation);

    /// <summary>Selects the product of the frames that name none; kept across restarts. No new revision.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="productId">A product that the station has a recipe for; empty for the default recipe.</param>
    /// <param name="cancellation">Stops before the change.</param>
    /// <returns>The product's recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound, LogFailed, Stopping.</returns>
    public Task<Outcome<Recipe>> SelectProductAsync(string station, string productId, CancellationToken cancellation)
        => _changes.SelectAsync(station, productId, cancellation);

    /// <summary>Brings back an older revision as a new one, where its values are not active anyhow, and selects its product.</summary>
    /// <returns>The active recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound, ModelNotFound, ModelUnusable, LogFailed, Stopping.</returns>
    public Task<Outcome<Recipe>> SelectRevisionAsync(string station, int revision, CancellationToken cancellation, RecipeAuthor? author = null)
        => _changes.RestoreAsync(
            station, _ => GetRevision(station, revision).TryGet(out var found, out var missing) ? found.Recipe.By(author) : missing, select: true,
                cancellation);

    /// <summary>Brings back, as a new revision, the values that a product had before its active ones; again, those before them.</summary>
    /// <returns>The active recipe, or <see cref="LineErrorCode.StationNotFound"/>, RecipeNotFound, ModelNotFound, ModelUnusable, LogFailed, Stopping.</returns>
    public Task<Outcome<Recipe>> RollbackRecipeAsync(string station, string productId, CancellationToken cancellation, RecipeAuthor? author = null)
        => _changes.RestoreAsync(
            station, setup => FindRollback(station, productId, setup).TryGet(out var found, out var missing) ? found.By(author) : missing,
                select: false, cancellation);

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
        await _changes.StopAsync(async () =>
        {
            await _flow.StopAsync();
            _production.Dispose();
            await _writer.CloseAsync();
            Feed.End();
            await _models.StopAsync();
            Log.Close();
            await _check.DisposeAsync();
            _writer.Dispose();
            _database.Dispose();
            _metrics.Dispose();
            LineEvents.Stopped(_logger);
        });
    }

    private bool IsKnown(string station) => _stations.ContainsKey(station) || Log.ReadBack(station, long.MaxValue, 1).Count > 0;

    private List<(Recipe Recipe, DateTimeOffset ActivationTime)> ReadRevisions(string station) =>
        Log.Read(reader => reader.ReadRecipes(station, int.MaxValue));

    /// <summary>Without those of a removed station that had the name before.</summary>
    private IEnumerable<Recipe> ReadOwnRecipes(string station, StationSetup setup) =>
        ReadRevisions(station).Select(row => row.Recipe).Where(recipe => recipe.Revision > setup.RevisionsBefore);

    private Outcome<Recipe> FindRollback(string station, string productId, StationSetup setup)
    {
        if (!setup.Recipes.TryGetValue(productId, out var active)) return LineErrors.NoRecipe(station, productId);
        var own = ReadOwnRecipes(station, setup).Where(recipe => string.Equals(recipe.ProductId, productId, StringComparison.Ordinal));
        return BeforeActive(own) is { } before
            ? before
            : new LineError(LineErrorCode.RecipeNotFound,
                $"Station '{station}' has no recipe before revision {LineChanges.Origin(active.Recipe)} for product '{productId}'; nothing was changed.");
    }

    /// <summary>
    /// The values before those that are active, as undo has them: going back from 3 to 2 leaves 1 before it, whereas bringing 1 back over 3 leaves 3.
    /// </summary>
    /// <param name="recipes">A product's recipes, newest first.</param>
    private static Recipe? BeforeActive(IEnumerable<Recipe> recipes)
    {
        var values = new Dictionary<int, Recipe>();
        var made = new List<int>();
        foreach (var recipe in recipes.Reverse())
        {
            var origin = LineChanges.Origin(recipe);
            if (recipe.RestoredFrom == 0) values[origin] = recipe;
            if (made.Count > 0 && made[^1] == origin) continue;
            if (recipe.RestoredFrom != 0 && made.Count > 1 && made[^2] == origin) made.RemoveAt(made.Count - 1);
            else made.Add(origin);
        }

        return made.Count > 1 ? values.GetValueOrDefault(made[^2]) : null;
    }

    private Outcome<StationStatus> ToStatus(Outcome<Station> changed) => changed.TryGet(out var station, out var error) ? station.ToStatus(_writer.Fault) : error;

    private void Publish(ReadOnlySpan<LogEntry> entries)
    {
        // First, for all: the next sequences depend on it.
        foreach (var entry in entries) entry.Station.Count(entry.Record);
        try
        {
            foreach (var entry in entries)
            {
                Evidence.Keep(entry);
                _metrics.Inspected(entry.Record);
            }
        }
        finally
        {
            Feed.Publish(entries);
        }
    }
}
