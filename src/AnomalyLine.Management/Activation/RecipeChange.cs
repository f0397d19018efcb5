using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Detection.Thresholds;
using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Activation;

/// <summary>
/// Changes what judges at a station, whoever asks. One change at a time for each station, from the check to the swap: what is asked for becomes a
/// <see cref="PendingChange"/> in the management database, then a revision in the line's log, then an entry of the audit with the stages of the
/// models. Where the last step fails or the server ends before it, the log says what took place, and <see cref="ReconcileAsync"/> makes up for it:
/// who is told of an error knows that nothing has changed. Any thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asked for holds nothing to dispose.")]
public sealed partial class RecipeChange(
    Func<Line> line, ModelStore models, ModelRegistry registry, ShadowRun shadows, AuditLog audit, ManagementDatabase database, TimeProvider time,
        ILogger<RecipeChange> logger)
{
    private const string Select = "recipe.select";
    private static readonly TimeSpan s_reconcileInterval = TimeSpan.FromSeconds(30);

    // Two turns, for a selection loads no model and must not wait for one.
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _revisionTurns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _selectionTurns = new(StringComparer.Ordinal);

    private volatile bool _isReconciled;

    private Line Line => line();

    /// <summary>Makes a model judge a station, or a product of it. A model that is no version of it becomes one by it, as a candidate.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="product">The product; empty for the one without a name.</param>
    /// <param name="version">Version of a model that the server has.</param>
    /// <param name="make">The recipe with this model's calibrated thresholds.</param>
    /// <param name="request">Who asks. A reason is needed only for a candidate that the gate did not pass, and overrides the gate then.</param>
    /// <param name="cancellation">Stops before the swap.</param>
    /// <param name="origin">Where the model comes from, where it is no version of the product yet.</param>
    /// <returns>The active recipe, or why nothing has changed.</returns>
    public async Task<Outcome<Recipe>> ActivateAsync(
        string station, string product, string version, Func<Calibration, Recipe> make, ChangeRequest request, CancellationToken cancellation,
            ModelOrigin origin = ModelOrigin.Uploaded)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(request);
        if (models.Find(version) is not { } model) return NotFound(version);
        var recipe = make(model.Manifest.Calibration) with { CreatedBy = request.Caller.User, Reason = request.Reason.Trim() };
        if (Line.CheckRecipe(recipe) is { } wrong) return wrong;
        using var turn = await TakeAsync(_revisionTurns, station, cancellation);
        if (CheckExpected(station, product, request) is { } stale) return stale;
        var known = await database.ChangeAsync<ModelVersion>(
            async (context, cancel) =>
            {
                await NoteStagesAsync(context, station, request.Caller, cancel);
                var added = await registry.AddAsync(context, station, product, model, 0, null, request.Caller, origin, cancel);

                // One that was removed and has come back is what it was.
                await NoteStagesAsync(context, station, request.Caller, cancel);
                return added;
            },
            cancellation);
        if (known.Error is { } failure) return failure;
        return await ChangeAsync(station, product, "recipe.activate", request, () => Line.ActivateRecipeAsync(recipe, cancellation), cancellation,
            version);
    }

    /// <summary>Selects the product of frames that name none; waits for no model.</summary>
    public async Task<Outcome<Recipe>> SelectProductAsync(string station, string product, ChangeRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Line.GetStation(station).Error is { } unknown) return unknown;
        using var turn = await TakeAsync(_selectionTurns, station, cancellation);
        if (CheckExpected(station, product, request) is { } stale) return stale;
        return await ChangeAsync(station, product, Select, request, () => Line.SelectProductAsync(station, product, cancellation), cancellation,
            makesRevision: false);
    }

    /// <summary>Brings an older revision back and selects its product; <see cref="LineErrorCode.InvalidRecipe"/> without a reason.</summary>
    public async Task<Outcome<Recipe>> SelectRevisionAsync(string station, int revision, ChangeRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Line.GetRevision(station, revision).TryGet(out var wanted, out var missing)) return missing;
        if (CheckReason(request, $"revision {revision} comes back") is { } mute) return mute;
        using var turn = await TakeAsync(_revisionTurns, station, cancellation);
        using var selection = await TakeAsync(_selectionTurns, station, cancellation);
        if (CheckExpected(station, wanted.Recipe.ProductId, request) is { } stale) return stale;
        return await ChangeAsync(
            station, wanted.Recipe.ProductId, Select, request, () => Line.SelectRevisionAsync(station, revision, cancellation, AuthorOf(request)),
                cancellation);
    }

    /// <summary>Brings back the values before those that are active; <see cref="LineErrorCode.InvalidRecipe"/> without a reason.</summary>
    public async Task<Outcome<Recipe>> RollbackAsync(string station, string product, ChangeRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Line.FindRollback(station, product).Error is { } missing) return missing;
        if (CheckReason(request, "the recipe goes back") is { } mute) return mute;
        using var turn = await TakeAsync(_revisionTurns, station, cancellation);
        if (CheckExpected(station, product, request) is { } stale) return stale;
        return await ChangeAsync(
            station, product, "recipe.rollback", request, () => Line.RollbackRecipeAsync(station, product, cancellation, AuthorOf(request)),
                cancellation);
    }

    /// <summary>Sets the operator's shift of the threshold.</summary>
    public async Task<Outcome<Recipe>> SetSensitivityAsync(string station, string product, float sensitivity, ChangeRequest request,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Line.GetStation(station).Error is { } unknown) return unknown;
        using var turn = await TakeAsync(_revisionTurns, station, cancellation);
        if (CheckExpected(station, product, request) is { } stale) return stale;
        return await ChangeAsync(
            station, product, "recipe.sensitivity", request, () => Line.SetSensitivityAsync(station, product, sensitivity, cancellation,
                AuthorOf(request)), cancellation);
    }

    /// <summary>Lets a candidate score a product's frames beside its active model, or ends that.</summary>
    public async Task<Outcome<ModelVersion>> SetShadowAsync(string station, string product, string version, bool isShadow, Caller caller,
        CancellationToken cancellation)
    {
        if (Line.GetStation(station).Error is { } unknown) return unknown;
        using var turn = await TakeAsync(_revisionTurns, station, cancellation);
        if (isShadow && models.Find(version) is { } model
            && (await registry.RegisterAsync(station, product, model, 0, null, caller, cancellation,
                ModelOrigin.Uploaded)).Error is { } failure) return failure;
        var outcome = await registry.SetShadowAsync(station, product, version, isShadow, caller, cancellation);
        if (outcome.Error is not null) return outcome;
        if (isShadow) await shadows.StartAsync(station, product, version, cancellation);
        else shadows.Stop(station, version);
        return outcome;
    }

    /// <summary>
    /// Makes an uploaded model a candidate of a station's product; the version, or StationNotFound, ModelNotFound, ManagementFailed.
    /// </summary>
    public async Task<Outcome<ModelVersion>> RegisterAsync(string station, string product, string version, Caller caller,
        CancellationToken cancellation)
    {
        if (Line.GetStation(station).Error is { } unknown) return unknown;
        return models.Find(version) is { } model
            ? await registry.RegisterAsync(station, product, model, 0, null, caller, cancellation, ModelOrigin.Uploaded)
            : NotFound(version);
    }

    /// <summary>Puts right what was cut short, now and again, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_reconcileInterval, time);
        while (await timer.WaitForNextTickAsync(stopping)) await ReconcileAsync(stopping);
    }

    /// <summary>
    /// Completes the changes that took place in the line's log and were not written down, forgets those that did not take place, and brings the
    /// stages of all models to what the log says.
    /// </summary>
    /// <returns>Null, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    public async Task<LineError?> ReconcileAsync(CancellationToken cancellation)
    {
        foreach (var station in Line.Stations.Select(station => station.Name))
        {
            using var turn = await TakeAsync(_revisionTurns, station, cancellation);
            using var selection = await TakeAsync(_selectionTurns, station, cancellation);
            if (!(await ReadLeftAsync(station, cancellation)).TryGet(out var left, out var error)) return error;
            if (left.Count == 0 && _isReconciled) continue;
            TellLeft(left);
            if (await SettleAsync(station, left, isDone: false, setsStages: true, cancellation) is { } failure) return failure;
        }

        _isReconciled = true;
        return null;
    }

    /// <summary>Waits for the changes of all stations that are under way; no further one begins before the result is disposed.</summary>
    internal async Task<IDisposable> HoldAsync(CancellationToken cancellation)
    {
        var held = new Stack<IDisposable>();
        try
        {
            foreach (var station in Line.Stations) held.Push(await TakeAsync(_revisionTurns, station.Name, cancellation));
            return new Turns(held);
        }
        catch
        {
            new Turns(held).Dispose();
            throw;
        }
    }

    private static RecipeAuthor AuthorOf(ChangeRequest request) => new(request.Caller.User, request.Reason.Trim());

    private static LineError NotFound(string version) =>
        new(LineErrorCode.ModelNotFound, $"There is no model \"{version}\"; upload its file first, or choose one that ListModels names.");

    private static LineError? CheckReason(ChangeRequest request, string what)
    {
        var reason = request.Reason.Trim();
        var wrong = reason.Length == 0 ? $"is empty; say why {what}. The revision and the audit keep it."
            : reason.Length > Recipe.MaxReasonLength ? $"has {reason.Length} characters; send at most {Recipe.MaxReasonLength}."
            : ControlCharacters.Check(reason) is { } control ? $"{control}; take it out." : null;
        return wrong is null ? null : new LineError(LineErrorCode.InvalidRecipe, $"reason: {wrong}");
    }

    private static async Task<Turn> TakeAsync(ConcurrentDictionary<string, SemaphoreSlim> turns, string station, CancellationToken cancellation)
    {
        var turn = turns.GetOrAdd(station, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        return new Turn(turn);
    }

    /// <summary>Refuses who looked at another revision than the active one, and says what has changed since.</summary>
    private LineError? CheckExpected(string station, string product, ChangeRequest request)
    {
        if (request.ExpectedRevision is not { } expected) return null;
        var active = Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null;
        if ((active?.Revision ?? 0) == expected) return null;
        var place = product.Length == 0 ? $"Station '{station}'" : $"Product '{product}' of station '{station}'";
        var now = active is null || !Line.GetRevision(station, active.Revision).TryGet(out var revision, out _) ? "it has no active recipe"
            : RecipeDifference.Describe(Line.FindRecipe(station, product, expected), revision);
        return new LineError(LineErrorCode.RecipeChanged, $"{place} has changed since revision {expected}: {now}. Look at it, and decide again.");
    }

    /// <summary>One change of a station, with its turn: noted as pending, made in the line, written down.</summary>
    private async Task<Outcome<Recipe>> ChangeAsync(
        string station, string product, string action, ChangeRequest request, Func<Task<Outcome<Recipe>>> change, CancellationToken cancellation,
            string? version = null, bool makesRevision = true)
    {
        if (!(await BeginAsync(station, product, action, request, version, makesRevision, cancellation)).TryGet(out var pending,
            out var error)) return error;
        Outcome<Recipe>? outcome = null;
        try
        {
            outcome = await change();
            return outcome.Value;
        }
        finally
        {
            // Also where the caller has gone meanwhile.
            if (await SettleAsync(station, [pending], outcome is { Error: null }, makesRevision, CancellationToken.None) is { } failure)
                Unfinished(logger, action, station, failure.Message);
        }
    }

    /// <summary>Writes down what is going to be done; refuses a candidate that the gate did not pass and nobody gave a reason for.</summary>
    internal async Task<Outcome<PendingChange>> BeginAsync(
        string station, string product, string action, ChangeRequest request, string? version, bool makesRevision, CancellationToken cancellation)
    {
        if (!Line.GetStation(station).TryGet(out var status, out var unknown)) return unknown;
        if (!(await ReadLeftAsync(station, cancellation)).TryGet(out var left, out var failure)) return failure;

        // The turns that the caller holds say whose changes are no longer under way.
        var mine = left.Where(change => makesRevision ? change.BaseRevision is not null : change.BaseRevision is null).ToList();
        TellLeft(mine);
        if (mine.Count > 0 && await SettleAsync(station, mine, isDone: false, makesRevision, cancellation) is { } error) return error;
        var active = Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null;
        return await database.ChangeAsync<PendingChange>(
            async (context, cancel) =>
            {
                var refused = version is null ? null : await ModelRegistry.CheckAsync(context, station, product, version, active?.ModelVersion,
                    cancel);
                if (refused is not null && (refused.Code != LineErrorCode.GateNotPassed || request.Reason.Trim().Length == 0)) return refused;
                var pending = new PendingChange
                {
                    Station = station,
                    ProductId = product,
                    Action = action,
                    BaseRevision = makesRevision ? Line.GetLastRevision(station) : null,
                    BaseProductId = status.ProductId,
                    Overrides = refused is not null,
                    Reason = request.Reason.Trim(),
                    User = request.Caller.User,
                    Origin = request.Caller.Origin,
                    Time = time.GetUtcNow(),
                };
                context.Add(pending);
                await context.SaveChangesAsync(cancel);
                return pending;
            },
            cancellation);
    }

    private Task<Outcome<List<PendingChange>>> ReadLeftAsync(string station, CancellationToken cancellation) =>
        database.ReadAsync<List<PendingChange>>(
        async (context, cancel) => await context.Set<PendingChange>().Where(change => change.Station == station).OrderBy(change =>
            change.Id).ToListAsync(cancel), cancellation);

    private void TellLeft(List<PendingChange> left)
    {
        foreach (var change in left) Left(logger, change.Action, change.Station, change.Time, TookPlace(change));
    }

    /// <summary>Writes down those changes that took place and forgets the others, with the stages that follow; all of it, or nothing.</summary>
    /// <param name="station">Name of the station, whose turn the caller has.</param>
    /// <param name="changes">What was begun.</param>
    /// <param name="isDone">Whether the line said that it is done; else its log says what took place.</param>
    /// <param name="setsStages">Whether the stages are brought to what the log says.</param>
    /// <param name="cancellation">Changes nothing.</param>
    private async Task<LineError?> SettleAsync(string station, IReadOnlyList<PendingChange> changes, bool isDone, bool setsStages,
        CancellationToken cancellation)
    {
        try
        {
            return (await database.ChangeAsync<bool>(
                async (context, cancel) =>
                {
                    foreach (var change in changes)
                    {
                        if (isDone || TookPlace(change)) await WriteDownAsync(context, change, cancel);
                        if (await context.Set<PendingChange>().FirstOrDefaultAsync(row => row.Id == change.Id,
                            cancel) is { } row) context.Remove(row);
                    }

                    var caller = changes.Count > 0 ? new Caller(changes[^1].User, changes[^1].Origin) : Caller.Server("reconciliation");
                    if (setsStages) await NoteStagesAsync(context, station, caller, cancel);
                    return true;
                },
                cancellation)).Error;
        }
        catch (ObjectDisposedException)
        {
            return new LineError(LineErrorCode.Stopping, "the server is stopping");
        }
    }

    /// <summary>Whether the line's log has the change: the revision after the one before it, or the selected product.</summary>
    private bool TookPlace(PendingChange change)
    {
        if (change.BaseRevision is { } last && Line.GetRevision(change.Station, last + 1).TryGet(out var made, out _)
            && made.Recipe.ProductId == change.ProductId) return true;
        return change.Action == Select && change.BaseProductId != change.ProductId
            && Line.GetStation(change.Station).TryGet(out var status, out _) && status.ProductId == change.ProductId;
    }

    private async Task WriteDownAsync(ManagementContext context, PendingChange change, CancellationToken cancellation)
    {
        var caller = new Caller(change.User, change.Origin);
        var before = Line.FindRecipe(change.Station, change.Action == Select ? change.BaseProductId : change.ProductId, change.BaseRevision
            ?? int.MaxValue);
        if (Line.FindRecipe(change.Station, change.ProductId, change.BaseRevision + 1 ?? int.MaxValue) is not { } after) return;
        if (change.Overrides) await registry.NoteOverrideAsync(context, change.Station, change.ProductId, after.ModelVersion, change.Reason, caller,
            cancellation);
        object noted = after.Reason == change.Reason ? after : new { Recipe = after, change.Reason };
        await audit.AppendAsync(context, caller, change.Action, change.Station, before, noted, cancellation);
    }

    /// <summary>
    /// What the line's log says of the station's models; what has judged and is still stored becomes a version where it is none yet, so that it can
    /// be gone back to.
    /// </summary>
    private async Task NoteStagesAsync(ManagementContext context, string station, Caller caller, CancellationToken cancellation)
    {
        if (!Line.ListJudges(station).TryGet(out var judges, out _) || !Line.ListActiveRecipes(station).TryGet(out var active, out _)) return;
        var known = await context.Set<ModelVersion>().Where(version => version.Station == station).Select(version =>
            new { version.ProductId, version.Version }).ToListAsync(cancellation);
        foreach (var (product, version) in judges.Reverse().Except(known.Select(row => (row.ProductId, row.Version))))
        {
            if (models.Find(version) is { } model) await registry.AddAsync(context, station, product, model, 0, null, caller, ModelOrigin.Uploaded,
                cancellation);
        }

        await registry.NoteStagesAsync(context, station, active, judges, caller, cancellation);
    }

    [LoggerMessage(250, LogLevel.Warning,
        "{Action} of station {Station} took place or failed, but its end could not be written down ({Reason}); it is made up for when the management database can be used")]
    private static partial void Unfinished(ILogger logger, string action, string station, string reason);

    [LoggerMessage(251, LogLevel.Warning, "{Action} of station {Station}, begun at {Time}, did not come to its end; it took place: {TookPlace}")]
    private static partial void Left(ILogger logger, string action, string station, DateTimeOffset time, bool tookPlace);

    /// <summary>A station's turn, until it is disposed.</summary>
    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }

    /// <summary>The turns of several stations.</summary>
    private sealed class Turns(Stack<IDisposable> held) : IDisposable
    {
        public void Dispose()
        {
            while (held.TryPop(out var turn)) turn.Dispose();
        }
    }
}
