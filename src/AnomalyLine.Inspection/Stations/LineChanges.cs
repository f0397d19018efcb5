using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Inspection.Batching;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection.Stations;

/// <summary>
/// Changes stations, modes and recipes: first in the log, then at work. A station's changes take turns; what takes long, which is loading a model,
/// is done before the turn, so that a stop never
/// waits for it (docs/adr/0037-a-line-that-nobody-holds-up.md).
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asked for holds nothing to dispose, and late changes still release it.")]
internal sealed class LineChanges(
    ConcurrentDictionary<string, Station> stations, ConcurrentDictionary<string, Station> removed,
    LogWriter writer, ModelPool models, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _adding = new(1);
    private readonly FlightGate _changes = new();
    private readonly Lock _gate = new();
    private Task? _stop;

    /// <summary>Takes a station as the log has it, and loads its models.</summary>
    public async Task BringBackAsync(StoredStation stored, CancellationToken cancellation)
    {
        var recipes = new Dictionary<string, ActiveRecipe>(StringComparer.Ordinal);
        var leases = new List<ModelLease>();
        try
        {
            foreach (var recipe in stored.Recipes)
            {
                var model = await models.LeaseAsync(recipe.ModelVersion, cancellation);
                recipes[recipe.ProductId] = model.TryGet(out var lease, out var error)
                    ? new ActiveRecipe(recipe, lease.Worker, "")
                    : new ActiveRecipe(recipe, null, error.Message);
                if (lease is not null) leases.Add(lease);
            }

            var setup = new StationSetup(stored.Mode, stored.ProductId, recipes.ToFrozenDictionary(StringComparer.Ordinal))
            {
                DisplayName = stored.DisplayName,
                RevisionsBefore = stored.RevisionsBefore,
                RemovalTime = stored.RemovalTime,
            };
            (stored.RemovalTime is not null ? removed : stations)[stored.Name] = new Station(stored.Name, stored.FirstSequence, stored.LastSequence, setup, time.GetUtcNow());
        }
        finally
        {
            foreach (var lease in leases) lease.Dispose();
        }
    }

    public Task<Outcome<Station>> CreateAsync(string name, CancellationToken cancellation) => TakeTurnAsync(_adding, () => AddAsync(name), cancellation);

    /// <summary>Takes a station out of the line; frames that it accepted are still judged, and its inspections stay.</summary>
    public Task<Outcome<Station>> RemoveAsync(string name, CancellationToken cancellation) => ChangeAsync<Station>(
        name,
        async station =>
        {
            var now = time.GetUtcNow();
            if (await writer.ChangeAsync(connection => StationStore.RemoveStation(connection, name, now)) is { } error) return error;
            removed[name] = station;
            stations.TryRemove(name, out _);
            station.Setup = StationSetup.New with { Mode = StationMode.Stopped, RevisionsBefore = station.Setup.LastRevision, RemovalTime = now };
            models.Sweep();
            LineEvents.StationRemoved(logger, name);
            return station;
        },
        cancellation);

    /// <summary>Sets the name that people read.</summary>
    public Task<Outcome<Station>> RenameAsync(string name, string displayName, CancellationToken cancellation) => ChangeAsync<Station>(
        name,
        async station =>
        {
            if (await writer.ChangeAsync(connection => StationStore.RenameStation(connection, name, displayName)) is { } error) return error;
            station.Setup = station.Setup with { DisplayName = displayName };
            LineEvents.StationRenamed(logger, name, displayName);
            return station;
        },
        cancellation);

    public Task<Outcome<Station>> SetModeAsync(string name, StationMode mode, CancellationToken cancellation) => ChangeAsync<Station>(
        name,
        async station =>
        {
            if (station.Setup.Mode == mode) return station;
            if (await ApplyAsync(station, station.Setup with { Mode = mode }, recipe: null) is { } error) return error;
            LineEvents.ModeChanged(logger, name, mode);
            return station;
        },
        cancellation);

    public Task<Outcome<Recipe>> ActivateAsync(Recipe recipe, CancellationToken cancellation)
        => SwapAsync(recipe.Station, _ => recipe with { RestoredFrom = 0 }, select: false, cancellation);

    /// <summary>Makes a product's active recipe a new revision with some values changed.</summary>
    public Task<Outcome<Recipe>> AdjustAsync(string name, string productId, Func<Recipe, Recipe> adjust, CancellationToken cancellation) => SwapAsync(
        name,
        setup =>
        {
            if (!setup.Recipes.TryGetValue(productId, out var active)) return LineErrors.NoRecipe(name, productId);
            var next = adjust(active.Recipe) with { RestoredFrom = 0 };
            return next.ToError() is { } error ? error : next;
        },
        select: false,
        cancellation);

    /// <summary>Selects a product for the frames that name none.</summary>
    public Task<Outcome<Recipe>> SelectAsync(string name, string productId, CancellationToken cancellation) => ChangeAsync<Recipe>(
        name,
        async station =>
        {
            if (!station.Setup.Recipes.TryGetValue(productId, out var active)) return LineErrors.NoRecipe(name, productId);
            return await SelectAsync(station, productId) is { } error ? error : active.Recipe;
        },
        cancellation);

    /// <summary>Makes an older revision active again, where its values are not active anyhow, and selects its product where asked to.</summary>
    public Task<Outcome<Recipe>> RestoreAsync(string name, Func<StationSetup, Outcome<Recipe>> choose, bool select, CancellationToken cancellation) => SwapAsync(
        name, setup => choose(setup).TryGet(out var wanted, out var missing) ? wanted with { RestoredFrom = Origin(wanted) } : missing, select, cancellation);

    /// <summary>Ends all changes, then stops; once.</summary>
    public Task StopAsync(Func<Task> stop)
    {
        lock (_gate) return _stop ??= StopOnceAsync(stop);
    }

    /// <summary>The models that recipes name, those of the recipes before included.</summary>
    public static HashSet<string> ModelsNamed(ConcurrentDictionary<string, Station> stations)
    {
        var versions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, station) in stations)
        {
            foreach (var active in station.Setup.Recipes.Values)
            {
                versions.Add(active.Recipe.ModelVersion);
                if (active.PreviousModelVersion is { } previous) versions.Add(previous);
            }
        }

        return versions;
    }

    /// <summary>The revision that first had a recipe's values.</summary>
    public static int Origin(Recipe recipe) => recipe.RestoredFrom != 0 ? recipe.RestoredFrom : recipe.Revision;

    private async Task<Outcome<Station>> AddAsync(string name)
    {
        if (stations.ContainsKey(name)) return new LineError(LineErrorCode.StationExists, $"Station '{name}' exists already; choose another name.");
        if (StationName.Check(name, stations.Keys) is { } invalid) return invalid;
        var now = time.GetUtcNow();
        if (await writer.ChangeAsync(connection => StationStore.AddStation(connection, name, now)) is { } error) return error;
        if (!removed.TryRemove(name, out var station)) station = new Station(name, firstSequence: 1, lastSequence: 0, StationSetup.New, now);
        station.Setup = StationSetup.New with { RevisionsBefore = station.Setup.LastRevision };
        station.ResetCounters(now);
        stations[name] = station;
        LineEvents.StationCreated(logger, name);
        return station;
    }

    private async Task<LineError?> SelectAsync(Station station, string productId)
    {
        if (string.Equals(station.Setup.ProductId, productId, StringComparison.Ordinal)) return null;
        if (await ApplyAsync(station, station.Setup with { ProductId = productId }, recipe: null) is { } error) return error;
        LineEvents.ProductSelected(logger, station.Name, productId);
        return null;
    }

    /// <summary>
    /// Makes a recipe active: chosen by what the station does at its turn, with its model loaded before. Where the choice names another model than
    /// the one that is loaded, which it does at first, and
    /// again where somebody else's change came in between, the turn is given up for the load.
    /// </summary>
    private async Task<Outcome<Recipe>> SwapAsync(string name, Func<StationSetup, Outcome<Recipe>> choose, bool select, CancellationToken cancellation)
    {
        ModelLease? lease = null;
        try
        {
            while (true)
            {
                string? toLoad = null;
                var outcome = await ChangeAsync<Recipe>(
                    name,
                    async station =>
                    {
                        if (!choose(station.Setup).TryGet(out var recipe, out var error)) return error;
                        var active = station.Setup.Recipes.GetValueOrDefault(recipe.ProductId);
                        if (active?.Worker is not null && recipe.RestoredFrom == Origin(active.Recipe))
                        {
                            return select && await SelectAsync(station, recipe.ProductId) is { } failure ? failure : active.Recipe;
                        }

                        if (lease is { Worker: var worker } && string.Equals(worker.Version, recipe.ModelVersion, StringComparison.Ordinal))
                        {
                            return await CommitAsync(station, recipe, worker, select);
                        }

                        toLoad = recipe.ModelVersion;
                        return recipe;
                    },
                    cancellation);
                if (toLoad is null) return outcome;
                lease?.Dispose();
                lease = null;
                if (!(await models.LeaseAsync(toLoad, cancellation)).TryGet(out lease, out var unusable)) return unusable;
            }
        }
        finally
        {
            lease?.Dispose();
        }
    }

    private async Task<Outcome<Recipe>> CommitAsync(Station station, Recipe recipe, ModelWorker worker, bool select)
    {
        var setup = station.Setup;
        var before = setup.Recipes.GetValueOrDefault(recipe.ProductId);
        var next = recipe with { Revision = setup.LastRevision + 1 };
        var previous = before is null || string.Equals(before.Recipe.ModelVersion, next.ModelVersion, StringComparison.Ordinal)
            ? before?.PreviousModelVersion
            : before.Recipe.ModelVersion;
        setup = setup.With(new ActiveRecipe(next, worker, "", previous));
        if (select) setup = setup with { ProductId = recipe.ProductId };
        if (await ApplyAsync(station, setup, next) is { } failure) return failure;
        LineEvents.RecipeActivated(logger, next.Station, next.Revision, next.ProductId, next.ModelVersion, next.Threshold);
        return next;
    }

    private async Task<LineError?> ApplyAsync(Station station, StationSetup setup, Recipe? recipe)
    {
        var now = time.GetUtcNow();
        var error = await writer.ChangeAsync(connection =>
        {
            if (recipe is not null) StationStore.AddRecipe(connection, recipe, now);
            StationStore.UpdateStation(connection, station.Name, setup.Mode, setup.ProductId);
        });
        if (error is null) station.Setup = setup;
        return error;
    }

    /// <summary>Changes a station in its turn.</summary>
    private async Task<Outcome<T>> ChangeAsync<T>(string name, Func<Station, Task<Outcome<T>>> change, CancellationToken cancellation)
        => stations.TryGetValue(name, out var station)
            ? await TakeTurnAsync(station.Turn, async () => stations.ContainsKey(name) ? await change(station) : LineErrors.StationNotFound(name), cancellation)
            : LineErrors.StationNotFound(name);

    private async Task<Outcome<T>> TakeTurnAsync<T>(SemaphoreSlim turn, Func<Task<Outcome<T>>> change, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (!_changes.TryEnter()) return LineErrors.Stopping();
            try
            {
                return await change();
            }
            finally
            {
                _changes.Exit();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task StopOnceAsync(Func<Task> stop)
    {
        await _changes.CloseAsync();
        await stop();
    }
}
