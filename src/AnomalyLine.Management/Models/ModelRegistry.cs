using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;

namespace AnomalyLine.Management.Models;

/// <summary>The model versions of the stations' products with their stages, and what the gate said of them. Any thread.</summary>
/// <param name="database">Where they are.</param>
/// <param name="audit">Hears of every change.</param>
/// <param name="time">Clock.</param>
public sealed class ModelRegistry(ManagementDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>A station's versions, newest first, without those whose files were removed.</summary>
    public Task<Outcome<IReadOnlyList<ModelVersion>>> ListAsync(string station, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<ModelVersion>>(
        async (context, cancel) => (await ReadAsync(context, station, cancel)).FindAll(version => version.Stage != ModelStage.Removed), cancellation);

    /// <summary>The versions of all stations, newest first, without those whose files were removed; two queries, however many stations there are.</summary>
    public Task<Outcome<IReadOnlyList<ModelVersion>>> ListAllAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<ModelVersion>>(
        async (context, cancel) => (await ReadAsync(context, station: null, cancel)).FindAll(version => version.Stage != ModelStage.Removed), cancellation);

    /// <summary>A version of a station's product, or <see cref="LineErrorCode.ModelNotFound"/>.</summary>
    public Task<Outcome<ModelVersion>> GetAsync(string station, string productId, string version, CancellationToken cancellation) =>
        database.ReadAsync<ModelVersion>(
        async (context, cancel) => Find(await ReadAsync(context, station, cancel), productId, version) is { } found ? found
            : NotFound(station, productId, version), cancellation);

    /// <summary>
    /// Makes a stored model a version of a station's product, as a candidate. One that is there already stays what it is, and gets what the gate
    /// says of it now.
    /// </summary>
    /// <param name="station">Name of the station.</param>
    /// <param name="productId">The product; empty for the default recipe.</param>
    /// <param name="model">The stored model.</param>
    /// <param name="jobId">The job that trained it; 0 for none.</param>
    /// <param name="gate">What the gate said; null where it was not asked.</param>
    /// <param name="caller">Who does it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <param name="origin">Where it comes from.</param>
    public Task<Outcome<ModelVersion>> RegisterAsync(
        string station, string productId, StoredModel model, long jobId, GateOutcome? gate, Caller caller, CancellationToken cancellation,
            ModelOrigin origin = ModelOrigin.Trained) =>
        database.ChangeAsync<ModelVersion>((context, cancel) => AddAsync(context, station, productId, model, jobId, gate, caller, origin, cancel),
            cancellation);

    /// <summary>The same within a change of the database.</summary>
    internal async Task<Outcome<ModelVersion>> AddAsync(
        ManagementContext context, string station, string productId, StoredModel model, long jobId, GateOutcome? gate, Caller caller,
            ModelOrigin origin, CancellationToken cancellation)
    {
        var versions = await ReadAsync(context, station, cancellation);
        var outcome = gate is null ? null : gate with
        {
            Station = station,
            ProductId = productId,
            Version = model.Version,
            JobId = jobId,
            Time = time.GetUtcNow()
        };
        if (outcome is not null) context.Add(outcome);
        if (Find(versions, productId, model.Version) is { } known)
        {
            if (known.JobId == 0) known.JobId = jobId;
            if (known.Stage == ModelStage.Removed) await SetStageAsync(context, known, ModelStage.Candidate, caller, cancellation);
            if (outcome is null) return known;
            known.Gate = outcome;
            await audit.AppendAsync(
                context, caller, "model.gate", station, null, new
                {
                    known.ProductId,
                    known.Number,
                    known.Version,
                    outcome.Against,
                    outcome.Passes,
                    outcome.Summary
                }, cancellation);
            await context.SaveChangesAsync(cancellation);
            return known;
        }

        var added = new ModelVersion
        {
            Station = station,
            ProductId = productId,
            Number = versions.FirstOrDefault(version => version.Version == model.Version)?.Number
                ?? versions.Select(version => version.Number).DefaultIfEmpty().Max() + 1,
            Version = model.Version,
            Parent = model.Manifest.Parent ?? "",
            DataDigest = model.Manifest.TrainingSet.Digest,
            Origin = origin,
            JobId = jobId,
            CreatedBy = caller.User,
            CreationTime = time.GetUtcNow(),
            Gate = outcome,
        };
        context.Add(added);
        await audit.AppendAsync(
            context, caller, "model.register", station, null,
            new { added.ProductId, added.Number, added.Version, added.Origin, GatePasses = outcome?.Passes, GateSummary = outcome?.Summary ?? "" },
                cancellation);
        await context.SaveChangesAsync(cancellation);
        return added;
    }

    /// <summary>
    /// Whether a version may become active for a product in the place of another. A candidate or shadow may where the gate passed against that
    /// other, or where nothing is active yet;
    /// what has been active for that product may come back. Changes nothing.
    /// </summary>
    /// <param name="context">The database.</param>
    /// <param name="station">Name of the station.</param>
    /// <param name="productId">The product.</param>
    /// <param name="version">The version.</param>
    /// <param name="active">Version of the product's active model; null if there is none.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>Null, or <see cref="LineErrorCode.GateNotPassed"/>, which a reason overrides, ModelNotFound.</returns>
    internal static async Task<LineError?> CheckAsync(
        ManagementContext context, string station, string productId, string version, string? active, CancellationToken cancellation)
    {
        if (active is null || active == version) return null;
        if (Find(await ReadAsync(context, station, cancellation), productId, version) is not { } found) return NotFound(station, productId, version);
        if (found.Stage is ModelStage.Active or ModelStage.Retired) return null;
        var last = await context.Set<GateOutcome>().Where(gate => gate.Station == station && gate.ProductId == productId && gate.Version == version
            && gate.Against == active)
            .OrderByDescending(gate => gate.Id).FirstOrDefaultAsync(cancellation);
        return last is { Passes: true } ? null : new LineError(LineErrorCode.GateNotPassed, Refusal(found, last ?? found.Gate, active));
    }

    /// <summary>Notes that a version became active against the gate.</summary>
    internal async Task NoteOverrideAsync(
        ManagementContext context, string station, string productId, string version, string reason, Caller caller, CancellationToken cancellation)
    {
        if (Find(await ReadAsync(context, station, cancellation), productId, version) is not { } found) return;
        var before = new { found.ProductId, found.Number, found.Version, GatePasses = found.Gate?.Passes, GateSummary = found.Gate?.Summary ?? "" };
        await audit.AppendAsync(context, caller, "model.override", station, before, new { Reason = reason }, cancellation);
        found.OverrideReason = reason;
    }

    /// <summary>
    /// Brings the stages to what the line's log says: what judges a product is Active, what has judged it is Retired, and what never did is neither.
    /// Other stages stay.
    /// </summary>
    /// <param name="context">The database.</param>
    /// <param name="station">Name of the station.</param>
    /// <param name="active">The active recipes of its products.</param>
    /// <param name="judges">Products and the models that have ever judged them.</param>
    /// <param name="caller">Who did it.</param>
    /// <param name="cancellation">Changes nothing.</param>
    internal async Task NoteStagesAsync(
        ManagementContext context, string station, IReadOnlyCollection<Recipe> active,
            IReadOnlyCollection<(string ProductId, string ModelVersion)> judges, Caller caller,
        CancellationToken cancellation)
    {
        foreach (var version in await ReadAsync(context, station, cancellation))
        {
            if (version.Stage == ModelStage.Removed) continue;
            var stage = active.Any(recipe => recipe.ProductId == version.ProductId && recipe.ModelVersion == version.Version) ? ModelStage.Active
                : judges.Contains((version.ProductId, version.Version)) ? ModelStage.Retired
                : version.Stage is ModelStage.Active or ModelStage.Retired ? ModelStage.Candidate : version.Stage;
            await SetStageAsync(context, version, stage, caller, cancellation);
        }
    }

    /// <summary>Lets a candidate be the station's only shadow, or a shadow a candidate again.</summary>
    /// <returns>The version, or <see cref="LineErrorCode.ModelNotFound"/>, InvalidRecipe where it is active or retired, ManagementFailed.</returns>
    public Task<Outcome<ModelVersion>> SetShadowAsync(string station, string productId, string version, bool isShadow, Caller caller,
        CancellationToken cancellation) =>
        database.ChangeAsync<ModelVersion>(
            async (context, cancel) =>
            {
                var versions = await ReadAsync(context, station, cancel);
                if (Find(versions, productId, version) is not { } found) return NotFound(station, productId, version);
                if (found.Stage is ModelStage.Active or ModelStage.Retired)
                    return new LineError(LineErrorCode.InvalidRecipe,
                        $"Model {version} of {Place(station, productId)} is {found.Stage}; only a candidate can be a shadow.");
                foreach (var other in versions.Where(other => isShadow && other.Stage == ModelStage.Shadow && other != found))
                    await SetStageAsync(context, other, ModelStage.Candidate, caller, cancel);
                await SetStageAsync(context, found, isShadow ? ModelStage.Shadow : ModelStage.Candidate, caller, cancel);
                return found;
            },
            cancellation);

    /// <summary>A model's file goes: it is a version of nothing any more.</summary>
    internal async Task RemoveAsync(ManagementContext context, string version, Caller caller, CancellationToken cancellation)
    {
        foreach (var row in await context.Set<ModelVersion>().Where(row => row.Version == version).ToListAsync(cancellation))
            await SetStageAsync(context, row, ModelStage.Removed, caller, cancellation);
    }

    private async Task SetStageAsync(ManagementContext context, ModelVersion version, ModelStage stage, Caller caller, CancellationToken cancellation)
    {
        if (version.Stage == stage) return;
        await audit.AppendAsync(
            context, caller, "model.stage", version.Station, new { version.ProductId, version.Number, version.Version, version.Stage },
                new { Stage = stage }, cancellation);
        version.Stage = stage;
    }

    /// <summary>A station's versions, or those of all stations where none is named, with what the gate said of them, newest first.</summary>
    private static async Task<List<ModelVersion>> ReadAsync(ManagementContext context, string? station, CancellationToken cancellation)
    {
        var (versionRows, gateRows) = (context.Set<ModelVersion>().AsQueryable(), context.Set<GateOutcome>().AsQueryable());
        if (station is not null) (versionRows, gateRows) = (versionRows.Where(version => version.Station == station), gateRows.Where(gate => gate.Station == station));
        var versions = await versionRows.OrderByDescending(version => version.Number).ThenByDescending(version => version.Id).ToListAsync(cancellation);
        var gates = (await gateRows.OrderBy(gate => gate.Id).ToListAsync(cancellation)).ToLookup(gate => (gate.Station, gate.ProductId, gate.Version));
        var active = versions.Where(version => version.Stage == ModelStage.Active).ToLookup(version => (version.Station, version.ProductId));
        foreach (var version in versions)
        {
            var against = active[(version.Station, version.ProductId)].FirstOrDefault()?.Version;
            var said = gates[(version.Station, version.ProductId, version.Version)];
            version.Gate = said.LastOrDefault(gate => gate.Against == against) ?? said.LastOrDefault();
        }

        return versions;
    }

    private static ModelVersion? Find(List<ModelVersion> versions, string productId, string version) =>
        versions.Find(found => found.ProductId == productId && found.Version == version);

    private static string Refusal(ModelVersion candidate, GateOutcome? gate, string active) =>
        $"Version {candidate.Number} ({candidate.Version}) is a candidate for {active}"
        + (candidate.ProductId.Length > 0 ? $", which judges product '{candidate.ProductId}'. " : ". ") + gate switch
        {
            null when candidate.Origin == ModelOrigin.Uploaded => "Its file was uploaded, and no gate has seen it.",
            null => "The gate was not asked.",
            { Against: var other } when other != active => $"The gate compared it with {other}, which is no longer active.",
            _ => gate.Summary,
        } + " Train again, or give a reason to override the gate.";

    private static LineError NotFound(string station, string productId, string version) =>
        new(LineErrorCode.ModelNotFound,
            $"{Place(station, productId)} has no model version {version}; train one for it, or use one that the list of its versions has.");

    private static string Place(string station, string productId) => productId.Length == 0 ? $"Station '{station}'"
        : $"Product '{productId}' of station '{station}'";
}
