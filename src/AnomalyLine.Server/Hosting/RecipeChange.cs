using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Vision.Thresholds;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// Changes what judges at a station, whoever asks: first whether the audit could hold it and whether the gate allows it, then the line, then the audit's entry and the stages of the
/// station's models. A model that is no version of the station becomes one by it, as a candidate. Any thread. Each call gives the recipe that is active then, or the failure.
/// </summary>
internal sealed class RecipeChange(LineHost host, ModelStore models, ModelRegistry registry, ShadowRun shadows, AuditLog audit)
{
    /// <summary>Makes a model judge a station, or a product of it.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="product">The product; empty for the one without a name.</param>
    /// <param name="version">Version of a model that the server has.</param>
    /// <param name="make">The recipe with this model's calibrated thresholds.</param>
    /// <param name="overrideReason">Why to activate it against the gate; empty for no override.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Stops before the swap.</param>
    /// <param name="origin">Where the model comes from, where it is no version of the station yet.</param>
    public async Task<Outcome<Recipe>> ActivateAsync(
        string station, string product, string version, Func<Calibration, Recipe> make, string overrideReason, Caller caller, CancellationToken cancellation,
        ModelOrigin origin = ModelOrigin.Uploaded)
    {
        if (models.Find(version) is not { } model) return NotFound(version);
        if (host.Line.GetStation(station).Error is { } unknown) return unknown;
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        var before = Active(station, product);
        if (await KnowActiveAsync(station, before, caller, cancellation) is { } failed) return failed;
        if ((await registry.RegisterAsync(station, model, 0, null, caller, cancellation, origin)).Error is { } failure) return failure;
        if (await registry.CheckActivationAsync(station, version, before?.ModelVersion, overrideReason, caller, cancellation) is { } refused) return refused;
        return await NoteAsync(await host.Line.ActivateRecipeAsync(make(model.Manifest.Calibration), cancellation), before, "recipe.activate", caller);
    }

    /// <summary>Selects the product of frames that name none.</summary>
    public Task<Outcome<Recipe>> SelectProductAsync(string station, string product, Caller caller, CancellationToken cancellation) =>
        ChangeAsync(Selected(station), "recipe.select", () => host.Line.SelectProductAsync(station, product, cancellation), caller, cancellation);

    /// <summary>Brings an older revision back.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="reason">Why, for the audit; empty where nobody said.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Stops before the change.</param>
    public Task<Outcome<Recipe>> SelectRevisionAsync(string station, int revision, string reason, Caller caller, CancellationToken cancellation) =>
        ChangeAsync(Selected(station), "recipe.select", () => host.Line.SelectRevisionAsync(station, revision, cancellation), caller, cancellation, reason);

    /// <summary>Brings back the values before those that are active.</summary>
    public Task<Outcome<Recipe>> RollbackAsync(string station, string product, Caller caller, CancellationToken cancellation) =>
        ChangeAsync(Active(station, product), "recipe.rollback", () => host.Line.RollbackRecipeAsync(station, product, cancellation), caller, cancellation);

    /// <summary>Sets the operator's shift of the threshold.</summary>
    public Task<Outcome<Recipe>> SetSensitivityAsync(string station, string product, float sensitivity, Caller caller, CancellationToken cancellation) =>
        ChangeAsync(Active(station, product), "recipe.sensitivity", () => host.Line.SetSensitivityAsync(station, product, sensitivity, cancellation), caller, cancellation);

    /// <summary>Lets a candidate score frames beside the active model, or ends that.</summary>
    public async Task<Outcome<ModelVersion>> SetShadowAsync(string station, string version, bool isShadow, Caller caller, CancellationToken cancellation)
    {
        if (host.Line.GetStation(station).Error is { } unknown) return unknown;
        if (isShadow && models.Find(version) is { } model && (await registry.RegisterAsync(station, model, 0, null, caller, cancellation, ModelOrigin.Uploaded)).Error is { } failure) return failure;
        var outcome = await registry.SetShadowAsync(station, version, isShadow, caller, cancellation);
        if (outcome.Error is not null) return outcome;
        if (isShadow) await shadows.StartAsync(station, version, cancellation);
        else shadows.Stop(station, version);
        return outcome;
    }

    /// <summary>Makes an uploaded model a candidate of a station; the version, or StationNotFound, ModelNotFound, ManagementFailed.</summary>
    public async Task<Outcome<ModelVersion>> RegisterAsync(string station, string version, Caller caller, CancellationToken cancellation)
    {
        if (host.Line.GetStation(station).Error is { } unknown) return unknown;
        return models.Find(version) is { } model
            ? await registry.RegisterAsync(station, model, 0, null, caller, cancellation, ModelOrigin.Uploaded)
            : NotFound(version);
    }

    /// <summary>What judges since before there were versions, or was activated without one, becomes one too, so that it can be gone back to.</summary>
    private async Task<LineError?> KnowActiveAsync(string station, Recipe? active, Caller caller, CancellationToken cancellation)
    {
        if (active is null || models.Find(active.ModelVersion) is not { } model) return null;
        if ((await registry.GetAsync(station, model.Version, cancellation)).Error is not { Code: LineErrorCode.ModelNotFound }) return null;
        var registered = await registry.RegisterAsync(station, model, 0, null, caller, cancellation, ModelOrigin.Uploaded);
        return registered.Error ?? await registry.NoteActiveAsync(station, ActiveVersions(station), caller, cancellation);
    }

    private async Task<Outcome<Recipe>> ChangeAsync(
        Recipe? before, string action, Func<Task<Outcome<Recipe>>> change, Caller caller, CancellationToken cancellation, string reason = "") =>
        await audit.CheckWritableAsync(cancellation) is { } error ? error : await NoteAsync(await change(), before, action, caller, reason);

    /// <summary>The change in the audit, and the stages of the station's models; also where the caller has gone meanwhile.</summary>
    private async Task<Outcome<Recipe>> NoteAsync(Outcome<Recipe> outcome, Recipe? before, string action, Caller caller, string reason = "")
    {
        if (!outcome.TryGet(out var after, out _)) return outcome;
        object noted = reason.Length == 0 ? after : new { Recipe = after, Reason = reason };
        if ((await audit.AppendAsync(caller, action, after.Station, before, noted, CancellationToken.None)).Error is { } error) return error;
        return await registry.NoteActiveAsync(after.Station, ActiveVersions(after.Station), caller, CancellationToken.None) is { } failure ? failure : after;
    }

    private HashSet<string> ActiveVersions(string station) => host.Line.ListRecipes(station).TryGet(out var revisions, out _)
        ? revisions.Where(revision => revision.IsActive).Select(revision => revision.Recipe.ModelVersion).ToHashSet(StringComparer.Ordinal)
        : [];

    private static LineError NotFound(string version) =>
        new(LineErrorCode.ModelNotFound, $"There is no model \"{version}\"; upload its file first, or choose one that ListModels names.");

    private Recipe? Active(string station, string product) => host.Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null;

    private Recipe? Selected(string station) => host.Line.GetStation(station).TryGet(out var status, out _) ? status.Recipe : null;
}
