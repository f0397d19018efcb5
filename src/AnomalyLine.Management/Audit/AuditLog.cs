using System.Text.Json;
using System.Text.Json.Serialization;
using AnomalyLine.Inspection;
using AnomalyLine.Management.Signing;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Management.Audit;

/// <summary>
/// All changes, append-only: the database refuses to change or delete an entry, and the chain of hashes shows where somebody did it all the same. Only the oldest can go, by a cut that is
/// signed. Any thread.
/// </summary>
/// <param name="database">Where the entries are.</param>
/// <param name="time">Clock.</param>
/// <param name="seal">Seals the chain's end after each entry; null for a chain that is not the server's own, such as a copy.</param>
/// <param name="logger">Gets the entries that the database does not take; null for nobody.</param>
/// <param name="cuts">Signs cuts, and knows whose are trusted; null where the chain has its first entry.</param>
public sealed partial class AuditLog(ManagementDatabase database, TimeProvider time, AuditSeal? seal = null, ILogger<AuditLog>? logger = null, AuditCuts? cuts = null)
{
    /// <summary>Largest number of entries that one call of <see cref="ListAsync"/> gives.</summary>
    public const int MaxPageSize = 1000;

    private const int VerifyPageSize = 1000;

    private readonly ILogger _logger = logger ?? NullLogger<AuditLog>.Instance;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>
    /// Adds the entry of a change that was made elsewhere and holds, even where its caller has gone. A database that does not take it makes no failure of the change: the program's log has the
    /// entry instead.
    /// </summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="action">What was done, such as "station.stop".</param>
    /// <param name="subject">What it was done to.</param>
    /// <param name="oldValue">The value before, written as JSON; null for none.</param>
    /// <param name="newValue">The value after, written as JSON; null for none.</param>
    public async Task NoteAsync(Caller caller, string action, string subject, object? oldValue, object? newValue)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((await AppendAsync(caller, action, subject, oldValue, newValue, CancellationToken.None)).Error is { } error)
            LogMissing(_logger, action, subject, caller.User, caller.Origin, ToJson(oldValue), ToJson(newValue), error.Message);
    }

    /// <summary>Whether an entry could be written now; null, or <see cref="LineErrorCode.ManagementFailed"/>. To be asked before a change elsewhere.</summary>
    public async Task<LineError?> CheckWritableAsync(CancellationToken cancellation) =>
        (await database.ChangeAsync<bool>((_, _) => Task.FromResult<Outcome<bool>>(true), cancellation)).Error;

    /// <summary>Adds the entry of a change that was made elsewhere, such as in the line's own log.</summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="action">What was done, such as "recipe.activate".</param>
    /// <param name="subject">What it was done to.</param>
    /// <param name="oldValue">The value before, written as JSON; null for none.</param>
    /// <param name="newValue">The value after, written as JSON; null for none.</param>
    /// <param name="cancellation">Adds nothing.</param>
    /// <returns>The entry, or <see cref="LineErrorCode.ManagementFailed"/>.</returns>
    public Task<Outcome<AuditEntry>> AppendAsync(Caller caller, string action, string subject, object? oldValue, object? newValue, CancellationToken cancellation) =>
        database.ChangeAsync<AuditEntry>(async (context, cancel) => await AppendAsync(context, caller, action, subject, oldValue, newValue, cancel), cancellation);

    /// <summary>Adds an entry within a change of the database, so that both are kept or neither.</summary>
    internal async Task<AuditEntry> AppendAsync(
        ManagementContext context, Caller caller, string action, string subject, object? oldValue, object? newValue, CancellationToken cancellation)
    {
        var entries = context.Set<AuditEntry>();
        var last = entries.Local.MaxBy(entry => entry.Sequence)
            ?? await entries.OrderByDescending(entry => entry.Sequence).FirstOrDefaultAsync(cancellation);
        var entry = new AuditEntry
        {
            Sequence = (last?.Sequence ?? 0) + 1,
            Time = time.GetUtcNow(),
            User = caller.User,
            Origin = caller.Origin,
            Action = action,
            Subject = subject,
            OldValue = ToJson(oldValue),
            NewValue = ToJson(newValue),
            PreviousHash = last?.Hash ?? AuditEntry.NoHash,
        };
        entry = entry with { Hash = entry.ComputeHash() };
        entries.Add(entry);
        if (seal is not null) context.Committed = () => Seal(entry);
        return entry;
    }

    /// <summary>Entries in order, those after a sequence.</summary>
    /// <param name="after">Sequence of the last entry that the caller has; 0 to start.</param>
    /// <param name="subject">Only those of this subject; null for all.</param>
    /// <param name="count">How many at most, 1..<see cref="MaxPageSize"/>.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<Outcome<IReadOnlyList<AuditEntry>>> ListAsync(long after, string? subject, int count, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<AuditEntry>>(
            async (context, cancel) => await context.Set<AuditEntry>()
                .Where(entry => entry.Sequence > after && (subject == null || entry.Subject == subject))
                .OrderBy(entry => entry.Sequence).Take(Math.Clamp(count, 1, MaxPageSize)).ToListAsync(cancel),
            cancellation);

    /// <summary>Entries newest first, those before a sequence.</summary>
    /// <param name="before">Sequence of the oldest entry that the caller has; <see cref="long.MaxValue"/> to start.</param>
    /// <param name="text">Only those whose subject, action or user holds this text; empty for all.</param>
    /// <param name="count">How many at most, 1..<see cref="MaxPageSize"/>.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<Outcome<IReadOnlyList<AuditEntry>>> ListBackAsync(long before, string text, int count, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<AuditEntry>>(
            async (context, cancel) => await context.Set<AuditEntry>()
                .Where(entry => entry.Sequence < before && (text == "" || entry.Subject.Contains(text) || entry.Action.Contains(text) || entry.User.Contains(text)))
                .OrderByDescending(entry => entry.Sequence).Take(Math.Clamp(count, 1, MaxPageSize)).ToListAsync(cancel),
            cancellation);

    /// <summary>Checks the whole chain, from the first entry that is there on, against the cut before it and its seal too.</summary>
    public Task<Outcome<AuditCheck>> VerifyAsync(CancellationToken cancellation) => database.ReadAsync<AuditCheck>(
        async (context, cancel) =>
        {
            // Read before the entries: those that come meanwhile are beyond it.
            var (end, head, fault) = seal?.Read() ?? (0L, AuditEntry.NoHash, "");
            var good = new AuditCheck(0, AuditEntry.NoHash, null, "");
            while (true)
            {
                var page = await context.Set<AuditEntry>().Where(entry => entry.Sequence > good.Entries)
                    .OrderBy(entry => entry.Sequence).Take(VerifyPageSize).ToListAsync(cancel);
                if (good.Entries == 0 && page is [{ Sequence: > 1 } first, ..] && cuts is not null)
                {
                    var removed = first.Sequence - 1;
                    if (await cuts.FindFaultAsync(context.Set<AuditEntry>(), removed, first.PreviousHash, cancel) is { } reason) return good with { FirstBroken = 1, Reason = reason };
                    good = new AuditCheck(removed, first.PreviousHash, null, "", removed);
                }

                foreach (var entry in page)
                {
                    if (good.Follow(entry) is var next && next.FirstBroken is not null) return next;
                    if (next.Entries == end && next.Head != head) return next with { FirstBroken = end, Reason = $"entry {end} is not the one that was sealed, whose hash is {head}: the chain was written anew, from that entry or one before it" };
                    good = next;
                }

                if (page.Count == VerifyPageSize) continue;
                if (fault.Length > 0) return good with { FirstBroken = Math.Max(1, good.Entries), Reason = fault };
                return good.Entries >= end ? good : good with { FirstBroken = good.Entries + 1, Reason = $"entry {good.Entries + 1} is missing: {end} entries were sealed" };
            }
        },
        cancellation);

    /// <summary>
    /// Removes the entries at the beginning that are older, and writes one that says so, signed; the newest one always stays. A chain that is not whole stays as it is: a cut would hide what
    /// happened to it.
    /// </summary>
    /// <param name="before">Entries from then on stay, and those behind the first of them.</param>
    /// <param name="keepFrom">Number of the first entry that must stay, such as one that a collector does not have yet; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="cancellation">Removes nothing.</param>
    /// <returns>How many went; or <see cref="LineErrorCode.ManagementFailed"/>, also where the chain is broken or the cut cannot be signed.</returns>
    public async Task<Outcome<long>> CutAsync(DateTimeOffset before, long keepFrom, CancellationToken cancellation)
    {
        if (cuts is null) throw new InvalidOperationException("A chain that nobody can sign cuts for cannot be cut.");
        if (!(await VerifyAsync(cancellation)).TryGet(out var check, out var error)) return error;
        if (check.FirstBroken is not null) return new LineError(LineErrorCode.ManagementFailed, $"It is not whole: {check.Reason}. A cut would hide that.");
        return await database.ChangeAsync<long>(
            async (context, cancel) =>
            {
                var entries = context.Set<AuditEntry>();
                var newest = await entries.MaxAsync(entry => (long?)entry.Sequence, cancel) ?? 0;
                var stays = await entries.Where(entry => entry.Time >= before).MinAsync(entry => (long?)entry.Sequence, cancel) ?? newest;
                var through = Math.Min(Math.Min(stays, newest), keepFrom) - 1;
                if (through <= check.RemovedThrough) return 0L;
                var last = await entries.AsNoTracking().SingleAsync(entry => entry.Sequence == through, cancel);
                try
                {
                    await AppendAsync(context, Caller.Server("audit"), AuditCuts.Action, "audit", null, cuts.Sign(through, last.Hash), cancel);
                }
                catch (Exception failure) when (failure is SignatureException or IOException or UnauthorizedAccessException)
                {
                    return new LineError(LineErrorCode.ManagementFailed, $"Its cut cannot be signed: {failure.Message}");
                }

                foreach (var statement in AuditTable.Unguard(context.IsPostgres)) await context.Database.ExecuteSqlRawAsync(statement, cancel);
                await entries.Where(entry => entry.Sequence <= through).ExecuteDeleteAsync(cancel);
                foreach (var statement in AuditTable.Guard(context.IsPostgres)) await context.Database.ExecuteSqlRawAsync(statement, cancel);
                return through - check.RemovedThrough;
            },
            cancellation);
    }

    private void Seal(AuditEntry entry)
    {
        try
        {
            seal!.Set(entry.Sequence, entry.Hash);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The change is made and its entry kept; the seal stays at an entry before it, and the next one is tried again.
            seal!.LogFailed(failure);
        }
    }

    [LoggerMessage(242, LogLevel.Error, "The audit has no entry of a change that holds: {Action} of '{Subject}' by '{User}' from {Origin}, from {OldValue} to {NewValue}: {Reason}")]
    private static partial void LogMissing(ILogger logger, string action, string subject, string user, string origin, string oldValue, string newValue, string reason);

    private static string ToJson(object? value) => value switch
    {
        null => "",
        _ => JsonSerializer.Serialize(value, s_json),
    };
}
