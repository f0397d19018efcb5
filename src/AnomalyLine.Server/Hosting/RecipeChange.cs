using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Vision.Thresholds;

namespace AnomalyLine.Server.Hosting;

/// <summary>
/// Changes what judges at a station, whoever asks: first whether the audit could hold it and whether the gate allows it, then the line, then the audit's entry and the stages of the
/// station's models. Any thread. Each call gives the recipe that is active then, or the failure.
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
    public async Task<Outcome<Recipe>> ActivateAsync(
        string station, string product, string version, Func<Calibration, Recipe> make, string overrideReason, Caller caller, CancellationToken cancellation)
    {
        if (models.Find(version) is not { } model)
            return new LineError(LineErrorCode.ModelNotFound, $"There is no model \"{version}\"; upload its file first, or choose one that ListModels names.");
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        var before = Active(station, product);
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
        var outcome = await registry.SetShadowAsync(station, version, isShadow, caller, cancellation);
        if (outcome.Error is not null) return outcome;
        if (isShadow) shadows.Start(station, version);
        else shadows.Stop(station, version);
        return outcome;
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
        if (!host.Line.ListRecipes(after.Station).TryGet(out var revisions, out error)) return error;
        var active = revisions.Where(revision => revision.IsActive).Select(revision => revision.Recipe.ModelVersion).ToHashSet(StringComparer.Ordinal);
        return await registry.NoteActiveAsync(after.Station, active, caller, CancellationToken.None) is { } failure ? failure : after;
    }

    private Recipe? Active(string station, string product) => host.Line.GetRecipe(station, product).TryGet(out var recipe, out _) ? recipe : null;

    private Recipe? Selected(string station) => host.Line.GetStation(station).TryGet(out var status, out _) ? status.Recipe : null;
}
