using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Models;

/// <summary>The model versions of the stations with their stages, and who may become active. Any thread.</summary>
/// <param name="database">Where they are.</param>
/// <param name="audit">Hears of every change.</param>
/// <param name="time">Clock.</param>
public sealed class ModelRegistry(ManagementDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>A station's versions, newest first.</summary>
    public Task<Outcome<IReadOnlyList<ModelVersion>>> ListAsync(string station, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<ModelVersion>>(
        async (context, cancel) => await context.Set<ModelVersion>().Where(version => version.Station == station).OrderByDescending(version => version.Number).ToListAsync(cancel),
        cancellation);

    /// <summary>A version of a station, or <see cref="LineErrorCode.ModelNotFound"/>.</summary>
    public Task<Outcome<ModelVersion>> GetAsync(string station, string version, CancellationToken cancellation) => database.ReadAsync<ModelVersion>(
        async (context, cancel) => await FindAsync(context, station, version, cancel) is { } found ? found : NotFound(station, version), cancellation);

    /// <summary>Makes a stored model a version of a station, as a candidate; one that is there already stays what it is.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="model">The stored model.</param>
    /// <param name="jobId">The job that trained it; 0 for none.</param>
    /// <param name="gate">What the gate said; null where it was not asked.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <param name="origin">Where it comes from.</param>
    public Task<Outcome<ModelVersion>> RegisterAsync(
        string station, StoredModel model, long jobId, GateWord? gate, Caller caller, CancellationToken cancellation, ModelOrigin origin = ModelOrigin.Trained)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.ChangeAsync<ModelVersion>(
            async (context, cancel) =>
            {
                if (await FindAsync(context, station, model.Version, cancel) is { } known) return known;
                var last = await context.Set<ModelVersion>().Where(version => version.Station == station).MaxAsync(version => (int?)version.Number, cancel) ?? 0;
                var added = new ModelVersion
                {
                    Station = station,
                    Number = last + 1,
                    Version = model.Version,
                    Parent = model.Manifest.Parent ?? "",
                    DataDigest = model.Manifest.TrainingSet.Digest,
                    Origin = origin,
                    JobId = jobId,
                    CreatedBy = caller.User,
                    CreationTime = time.GetUtcNow(),
                    GateAgainst = gate?.Against ?? "",
                    GatePasses = gate?.Passes,
                    GateSummary = gate?.Summary ?? "",
                };
                context.Add(added);
                await audit.AppendAsync(context, caller, "model.register", station, null, new { added.Number, added.Version, added.Origin, added.GatePasses, added.GateSummary }, cancel);
                await context.SaveChangesAsync(cancel);
                return added;
            },
            cancellation);
    }

    /// <summary>
    /// Whether a version may become active in the place of another. A candidate or shadow may where the gate passed against that other, where nothing is active yet, or where
    /// a reason is given. Versions that have been active may. A model that is no version of the station may not: register it first.
    /// </summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="version">The version.</param>
    /// <param name="active">Version of the active model; null where there is none.</param>
    /// <param name="overrideReason">Why to activate it against the gate; empty for no override.</param>
    /// <param name="caller">Who asks; an override is audited.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <returns>Null, or <see cref="LineErrorCode.GateNotPassed"/>, ModelNotFound, ManagementFailed.</returns>
    public async Task<LineError?> CheckActivationAsync(
        string station, string version, string? active, string overrideReason, Caller caller, CancellationToken cancellation)
    {
        var outcome = await database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                var found = await FindAsync(context, station, version, cancel);
                if (active is null || active == version || found?.Stage is ModelStage.Active or ModelStage.Retired) return true;
                if (found is null) return NotFound(station, version);
                if (found.GatePasses == true && found.GateAgainst == active) return true;
                if (overrideReason.Trim().Length == 0) return new LineError(LineErrorCode.GateNotPassed, Refusal(found, active));
                await audit.AppendAsync(context, caller, "model.override", station, new { found.Number, found.Version, found.GatePasses, found.GateSummary }, new { Reason = overrideReason }, cancel);
                found.OverrideReason = overrideReason;
                return true;
            },
            cancellation);
        return outcome.Error;
    }

    /// <summary>Notes what is active at a station now: it is Active, and what was is Retired.</summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="active">Versions of the models of its active recipes.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    public async Task<LineError?> NoteActiveAsync(string station, IReadOnlyCollection<string> active, Caller caller, CancellationToken cancellation)
    {
        var outcome = await database.ChangeAsync<bool>(
            async (context, cancel) =>
            {
                foreach (var version in await context.Set<ModelVersion>().Where(version => version.Station == station).ToListAsync(cancel))
                {
                    var stage = active.Contains(version.Version) ? ModelStage.Active : version.Stage == ModelStage.Active ? ModelStage.Retired : version.Stage;
                    await SetStageAsync(context, version, stage, caller, cancel);
                }

                return true;
            },
            cancellation);
        return outcome.Error;
    }

    /// <summary>Lets a candidate be a shadow, or a shadow a candidate again.</summary>
    /// <returns>The version, or <see cref="LineErrorCode.ModelNotFound"/>, InvalidRecipe where it is active or retired, ManagementFailed.</returns>
    public Task<Outcome<ModelVersion>> SetShadowAsync(string station, string version, bool isShadow, Caller caller, CancellationToken cancellation) => database.ChangeAsync<ModelVersion>(
        async (context, cancel) =>
        {
            if (await FindAsync(context, station, version, cancel) is not { } found) return NotFound(station, version);
            if (found.Stage is ModelStage.Active or ModelStage.Retired)
                return new LineError(LineErrorCode.InvalidRecipe, $"Model {version} of station '{station}' is {found.Stage}; only a candidate can be a shadow.");
            await SetStageAsync(context, found, isShadow ? ModelStage.Shadow : ModelStage.Candidate, caller, cancel);
            return found;
        },
        cancellation);

    private async Task SetStageAsync(ManagementContext context, ModelVersion version, ModelStage stage, Caller caller, CancellationToken cancellation)
    {
        if (version.Stage == stage) return;
        await audit.AppendAsync(context, caller, "model.stage", version.Station, new { version.Number, version.Version, version.Stage }, new { Stage = stage }, cancellation);
        version.Stage = stage;
    }

    private static string Refusal(ModelVersion candidate, string active) =>
        $"Version {candidate.Number} ({candidate.Version}) is a candidate for {active}. " + candidate switch
        {
            { GatePasses: null, Origin: ModelOrigin.Uploaded } => "Its file was uploaded, and no gate has seen it.",
            { GatePasses: null } => "The gate was not asked.",
            { GateAgainst: var other } when other != active => $"The gate compared it with {other}, which is no longer active.",
            _ => candidate.GateSummary,
        } + " Train again, or give a reason to override the gate.";

    private static Task<ModelVersion?> FindAsync(ManagementContext context, string station, string version, CancellationToken cancellation) =>
        context.Set<ModelVersion>().FirstOrDefaultAsync(found => found.Station == station && found.Version == version, cancellation);

    private static LineError NotFound(string station, string version) =>
        new(LineErrorCode.ModelNotFound, $"Station '{station}' has no model version {version}; train one for it, or use one that the list of its versions has.");
}
