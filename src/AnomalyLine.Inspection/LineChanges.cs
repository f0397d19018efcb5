using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AnomalyLine.Inspection.Batching;
using AnomalyLine.Inspection.Storage;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Inspection;

/// <summary>Changes stations, modes and recipes: one change at a time, first in the log, then at work.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asked for holds nothing to dispose, and late changes still release it.")]
internal sealed class LineChanges(
    ConcurrentDictionary<string, Station> stations, LogWriter writer, ModelPool models, TimeProvider time, ILogger logger)
{
    private readonly SemaphoreSlim _turn = new(1);
    private bool _stopped;

    /// <summary>Takes a station as the log has it, and loads its models.</summary>
    public async Task BringBackAsync(StoredStation stored, CancellationToken cancellation)
    {
        var recipes = new Dictionary<string, ActiveRecipe>(StringComparer.Ordinal);
        foreach (var recipe in stored.Recipes)
        {
            var model = await models.GetAsync(recipe.ModelVersion, cancellation);
            recipes[recipe.ProductId] = model.TryGet(out var worker, out var error) ? new ActiveRecipe(recipe, worker, "") : new ActiveRecipe(recipe, null, error.Message);
        }

        var setup = new StationSetup(stored.Mode, stored.ProductId, recipes.ToFrozenDictionary(StringComparer.Ordinal));
        stations[stored.Name] = new Station(stored.Name, stored.FirstSequence, stored.LastSequence, setup, time.GetUtcNow());
    }

    public Task<Outcome<Station>> CreateAsync(string name, CancellationToken cancellation) => TakeTurnAsync(() => AddAsync(name), cancellation);

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
        => ChangeAsync(recipe.Station, station => SwapAsync(station, recipe with { RestoredFrom = 0 }, select: false, cancellation), cancellation);

    /// <summary>Makes a product's active recipe a new revision with some values changed.</summary>
    public Task<Outcome<Recipe>> AdjustAsync(string name, string productId, Func<Recipe, Recipe> adjust, CancellationToken cancellation) => ChangeAsync<Recipe>(
        name,
        async station =>
        {
            if (!station.Setup.Recipes.TryGetValue(productId, out var active)) return LineErrors.NoRecipe(name, productId);
            var next = adjust(active.Recipe) with { RestoredFrom = 0 };
            return next.ToError() is { } error ? error : await SwapAsync(station, next, select: false, cancellation);
        },
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

    /// <summary>Makes an older revision active again, and selects its product where asked to.</summary>
    public Task<Outcome<Recipe>> RestoreAsync(string name, Func<StationSetup, Outcome<Recipe>> choose, bool select, CancellationToken cancellation) => ChangeAsync<Recipe>(
        name,
        async station =>
        {
            if (!choose(station.Setup).TryGet(out var wanted, out var missing)) return missing;
            var origin = Origin(wanted);
            if (!station.Setup.Recipes.TryGetValue(wanted.ProductId, out var active) || active.Worker is null || Origin(active.Recipe) != origin)
            {
                return await SwapAsync(station, wanted with { RestoredFrom = origin }, select, cancellation);
            }

            return select && await SelectAsync(station, wanted.ProductId) is { } error ? error : active.Recipe;
        },
        cancellation);

    /// <summary>Ends all changes for good; once, after the change that runs.</summary>
    public async Task StopAsync(Func<Task> stop)
    {
        await _turn.WaitAsync();
        try
        {
            if (_stopped) return;
            _stopped = true;
            await stop();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The revision that first had a recipe's values.</summary>
    public static int Origin(Recipe recipe) => recipe.RestoredFrom != 0 ? recipe.RestoredFrom : recipe.Revision;

    private async Task<Outcome<Station>> AddAsync(string name)
    {
        if (stations.ContainsKey(name)) return new LineError(LineErrorCode.StationExists, $"Station '{name}' exists already; choose another name.");
        if (StationName.Check(name, stations.Keys) is { } invalid) return invalid;
        var now = time.GetUtcNow();
        if (await writer.ChangeAsync(connection => StationStore.AddStation(connection, name, now)) is { } error) return error;
        var station = new Station(name, firstSequence: 1, lastSequence: 0, StationSetup.New, now);
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

    private async Task<Outcome<Recipe>> SwapAsync(Station station, Recipe recipe, bool select, CancellationToken cancellation)
    {
        if (!(await models.GetAsync(recipe.ModelVersion, cancellation)).TryGet(out var worker, out var error)) return error;
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

    private Task<Outcome<T>> ChangeAsync<T>(string name, Func<Station, Task<Outcome<T>>> change, CancellationToken cancellation) => TakeTurnAsync<T>(
        async () => stations.TryGetValue(name, out var station) ? await change(station) : LineErrors.StationNotFound(name), cancellation);

    private async Task<Outcome<T>> TakeTurnAsync<T>(Func<Task<Outcome<T>>> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return _stopped ? LineErrors.Stopping() : await change();
        }
        finally
        {
            if (!_stopped) models.RetainOnly(ModelsInUse());
            _turn.Release();
        }
    }

    private HashSet<string> ModelsInUse()
    {
        var versions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var active in stations.Values.SelectMany(station => station.Setup.Recipes.Values))
        {
            versions.Add(active.Recipe.ModelVersion);
            if (active.PreviousModelVersion is { } previous) versions.Add(previous);
        }

        return versions;
    }
}
