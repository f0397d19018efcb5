using AnomalyLine.Imaging;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Models;
using AnomalyLine.Management.Shadow;
using AnomalyLine.Management.Storage;
using AnomalyLine.Management.Training;

namespace AnomalyLine.Management.Activation;

/// <summary>Takes, labels and removes stored models, with an entry of the audit. What a station still needs stays. Any thread.</summary>
public sealed class StoredModels(
    Func<Line> line, ModelStore models, ModelRegistry registry, ShadowRun shadows, JobQueue jobs, RecipeChange change, AuditLog audit,
        ManagementDatabase database)
{
    /// <summary>Keeps a model file that somebody sends.</summary>
    /// <returns>The model, or <see cref="LineErrorCode.ManagementFailed"/> where the audit cannot be written.</returns>
    /// <exception cref="Detection.Models.ModelFileException">The file is none that this server takes.</exception>
    /// <exception cref="Detection.EngineException">The engine cannot be used.</exception>
    /// <exception cref="IOException">It does not come whole, or the disk is full.</exception>
    public async Task<Outcome<StoredModel>> AddAsync(Stream file, Caller caller, CancellationToken cancellation)
    {
        if (await audit.CheckWritableAsync(cancellation) is { } error) return error;
        var model = await models.AddAsync(file, cancellation);
        await audit.NoteAsync(caller, "model.upload", model.Version, null, new { model.Version, model.Sha256, model.SizeBytes, model.Signer });
        return model;
    }

    /// <summary>Gives a model a name for people; empty for none.</summary>
    /// <returns>The model, or <see cref="LineErrorCode.ModelNotFound"/>, InvalidRecipe where the label is no such text, ManagementFailed.</returns>
    public async Task<Outcome<StoredModel>> LabelAsync(string version, string label, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(label);
        label = label.Trim();
        if (models.Find(version) is not { } model) return NotFound(version);
        if (label.Length > StoredModel.MaxLabelLength)
            return new LineError(LineErrorCode.InvalidRecipe, $"label: has {label.Length} characters; send at most {StoredModel.MaxLabelLength}.");
        if (ControlCharacters.Check(label) is { } wrong) return new LineError(LineErrorCode.InvalidRecipe, $"label: {wrong}; take it out.");
        var noted = await audit.AppendAsync(caller, "model.label", version, new { model.Label }, new { Label = label }, cancellation);
        if (noted.Error is { } error) return error;
        return await models.LabelAsync(version, label, CancellationToken.None) is { } labelled ? labelled : NotFound(version);
    }

    /// <summary>
    /// Removes a model's file for good. One that judges, is what a rollback would bring back, is a shadow, or is read by the job that runs, is
    /// refused. Revisions that name it stay, and cannot be brought back any more; uploading the same file brings it back as a candidate, or as what
    /// it was where it has judged.
    /// </summary>
    /// <returns>The model that was removed, or <see cref="LineErrorCode.ModelNotFound"/>, ModelInUse with where, ManagementFailed.</returns>
    public async Task<Outcome<StoredModel>> RemoveAsync(string version, Caller caller, CancellationToken cancellation)
    {
        // No activation may begin to use it meanwhile.
        using var turns = await change.HoldAsync(cancellation);
        if (models.Find(version) is not { } model) return NotFound(version);
        var uses = UsesOf(version).ToList();
        if (uses.Count > 0) return new LineError(LineErrorCode.ModelInUse, $"Model {version} cannot be removed: {string.Join("; ", uses)}.");
        var noted = await database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                await audit.AppendAsync(context, caller, "model.delete", version, new { model.Version, model.Sha256, model.SizeBytes, model.Label },
                    null, cancel);
                await registry.RemoveAsync(context, version, caller, cancel);
                return true;
            },
            cancellation);
        if (noted.Error is { } error) return error;
        models.Remove(version);
        return model;
    }

    private IEnumerable<string> UsesOf(string version)
    {
        foreach (var station in line().Stations.Select(station => station.Name))
        {
            foreach (var recipe in line().ListActiveRecipes(station).TryGet(out var active, out _) ? active : [])
            {
                var place = $"station '{station}'{(recipe.ProductId.Length > 0 ? $", product '{recipe.ProductId}'" : "")}";
                if (recipe.ModelVersion == version) yield return $"{place} judges with it (revision {recipe.Revision}); activate another one";
                else if (line().FindRollback(station, recipe.ProductId).TryGet(out var back, out _) && back.ModelVersion == version)
                    yield return $"{place} can roll back to it (revision {back.Revision})";
            }

            if (shadows.Get(station)?.Version == version) yield return $"it is the shadow of station '{station}'; end that";
        }

        if (jobs.FindReader(version) is { } job) yield return $"training job {job} reads it; wait for its end, or cancel it";
    }

    private static LineError NotFound(string version) => new(LineErrorCode.ModelNotFound,
        $"There is no model \"{version}\"; choose one that ListModels names.");
}
