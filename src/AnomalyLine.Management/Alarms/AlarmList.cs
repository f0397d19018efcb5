using AnomalyLine.Inspection;
using AnomalyLine.Management.Audit;
using AnomalyLine.Management.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace AnomalyLine.Management.Alarms;

/// <summary>
/// The alarms of all stations and of the server. Whoever watches says again and again what is wrong now; what comes of it (raised, gone, raised again, over) is decided here, kept in memory so
/// that pages cost no query, and in the database so that it survives a restart. Where the database is away alarms are raised all the same. Any thread.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Hears of what people do to them.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Hears of each that is raised or gone.</param>
public sealed partial class AlarmList(ManagementDatabase database, AuditLog audit, TimeProvider time, ILogger<AlarmList> logger)
{
    /// <summary>Longest note, in characters.</summary>
    public const int LongestNote = 500;

    /// <summary>Longest time that an alarm can be shelved for.</summary>
    public static readonly TimeSpan LongestShelf = TimeSpan.FromDays(7);

    /// <summary>Most alarms that are over that one call of <see cref="ListEndedAsync"/> gives.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>Alarms that are over are kept up to this number.</summary>
    private const int KeptEnded = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(AlarmKind Kind, string Station), Alarm> _open = [];
    private readonly Dictionary<(AlarmKind Kind, string Station), string> _done = [];
    private readonly Dictionary<long, Alarm> _unsaved = [];
    private readonly Dictionary<string, TimeSpan?> _silentAfter = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<Alarm> _shown = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isLoaded, _isKnown;
    private long _lastId;

    /// <summary>Those that are not over, the most urgent first.</summary>
    public IReadOnlyList<Alarm> Open => _shown;

    /// <summary>Whether somebody has said yet what is wrong.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Done at the next change of any alarm.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Those of a station that are active and not out of the way, the most urgent first.</summary>
    public IEnumerable<Alarm> ActiveOf(string station)
    {
        var now = time.GetUtcNow();
        return _shown.Where(alarm => alarm.Station == station && alarm.IsActive && !alarm.IsShelved(now));
    }

    /// <summary>How many call for somebody, and how urgent the worst is; null for none.</summary>
    public (int Count, AlarmSeverity? Worst) Calls()
    {
        var now = time.GetUtcNow();
        var calling = _shown.Where(alarm => alarm.CallsForSomebody(now)).ToList();
        return (calling.Count, calling.Count == 0 ? null : calling.Max(alarm => alarm.Severity));
    }

    /// <summary>Takes what is wrong now, all of it: what is not named any more is gone.</summary>
    public void Look(IReadOnlyCollection<AlarmCondition> wrong)
    {
        ArgumentNullException.ThrowIfNull(wrong);
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var conditions = wrong.GroupBy(condition => (condition.Kind, condition.Station)).ToDictionary(same => same.Key, same => same.First());
            foreach (var (key, condition) in conditions) Raise(key, condition, now);
            foreach (var (key, alarm) in _open.ToList())
            {
                var next = alarm;
                if (alarm.IsActive && !conditions.ContainsKey(key))
                {
                    next = next with { ClearTime = now };
                    Cleared(logger, alarm.Kind, alarm.Station);
                }

                if (next.ShelvedUntil <= now) next = next with { ShelvedUntil = null, ShelvedBy = "" };
                Set(key, End(next, now));
            }

            _isKnown = true;
            Show();
        }
    }

    /// <summary>Writes down what has changed, after reading what was kept before; does nothing where nothing has. Where the database is away, the next call makes up for it.</summary>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        if (!_isLoaded && !await LoadAsync(cancellation)) return;
        List<Alarm> unsaved;
        lock (_lock) unsaved = [.. _unsaved.Values];
        if (unsaved.Count == 0) return;
        var kept = await database.ChangeAsync<bool>(async (context, cancel) => await SaveAsync(context, unsaved, cancel), cancellation);
        if (kept.Error is not null) return;
        lock (_lock)
        {
            foreach (var alarm in unsaved)
                if (_unsaved.GetValueOrDefault(alarm.Id) == alarm) _unsaved.Remove(alarm.Id);
        }
    }

    /// <summary>Somebody has seen it.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="note">What they say of it, at most <see cref="LongestNote"/> characters; may be empty.</param>
    /// <param name="caller">Who.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <returns>The alarm, or <see cref="LineErrorCode.AlarmNotFound"/>, AlarmChanged where somebody did so before, InvalidAlarm, ManagementFailed.</returns>
    public Task<Outcome<Alarm>> AcknowledgeAsync(long id, string note, Caller caller, CancellationToken cancellation) => ActAsync(
        id, "alarm.acknowledge", note, caller,
        alarm => alarm.IsAcknowledged
            ? new LineError(LineErrorCode.AlarmChanged, $"{alarm.AcknowledgedBy} acknowledged this alarm at {alarm.AcknowledgeTime:u} already; nothing was changed.")
            : alarm with { AcknowledgeTime = time.GetUtcNow(), AcknowledgedBy = caller.User, Note = note },
        cancellation);

    /// <summary>Puts it out of the way for a while, or back: it goes on, but calls for nobody and is told to nobody.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="period">For how long, up to <see cref="LongestShelf"/>; zero to put it back.</param>
    /// <param name="note">Why, at most <see cref="LongestNote"/> characters; may be empty.</param>
    /// <param name="caller">Who.</param>
    /// <param name="cancellation">Changes nothing.</param>
    /// <returns>The alarm, or <see cref="LineErrorCode.AlarmNotFound"/>, InvalidAlarm, ManagementFailed.</returns>
    public Task<Outcome<Alarm>> ShelveAsync(long id, TimeSpan period, string note, Caller caller, CancellationToken cancellation)
    {
        if (period < TimeSpan.Zero || period > LongestShelf)
            return Task.FromResult<Outcome<Alarm>>(new LineError(LineErrorCode.InvalidAlarm, $"period: {period} is not 0..7 d."));
        return ActAsync(
            id, "alarm.shelve", note, caller,
            alarm => alarm with { ShelvedUntil = period == TimeSpan.Zero ? null : time.GetUtcNow() + period, ShelvedBy = period == TimeSpan.Zero ? "" : caller.User },
            cancellation);
    }

    /// <summary>Alarms that are over, newest first.</summary>
    /// <param name="before">Number of the oldest that the caller has; <see cref="long.MaxValue"/> to start.</param>
    /// <param name="count">How many at most, 1..<see cref="MaxPageSize"/>.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<Outcome<IReadOnlyList<Alarm>>> ListEndedAsync(long before, int count, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<Alarm>>(
        async (context, cancel) => await context.Set<Alarm>().Where(alarm => alarm.EndTime != null && alarm.Id < before)
            .OrderByDescending(alarm => alarm.Id).Take(Math.Clamp(count, 1, MaxPageSize)).ToListAsync(cancel),
        cancellation);

    /// <summary>Time without a part after which a station's camera counts as silent, where the station says so; zero: it may be silent.</summary>
    public TimeSpan? SilentAfter(string station)
    {
        lock (_lock) return _silentAfter.GetValueOrDefault(station);
    }

    /// <summary>Sets when a station raises alarms.</summary>
    /// <returns>The settings, or <see cref="LineErrorCode.InvalidAlarm"/>, ManagementFailed.</returns>
    public async Task<Outcome<AlarmSettings>> SetSettingsAsync(AlarmSettings settings, Caller caller, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Check() is { Length: > 0 } fault) return new LineError(LineErrorCode.InvalidAlarm, fault);
        var outcome = await database.ChangeAsync<AlarmSettings>(
            async (context, cancel) =>
            {
                var old = await context.Set<AlarmSettings>().AsNoTracking().FirstOrDefaultAsync(row => row.Station == settings.Station, cancel);
                if (old is null) context.Add(settings);
                else context.Update(settings);
                await audit.AppendAsync(context, caller, "alarm.settings", settings.Station, old is null ? null : new { old.SilentAfter }, new { settings.SilentAfter }, cancel);
                return settings;
            },
            cancellation);
        if (outcome.Error is not null) return outcome;
        lock (_lock) _silentAfter[settings.Station] = settings.SilentAfter;
        return outcome;
    }

    private static async Task<bool> SaveAsync(ManagementContext context, IReadOnlyList<Alarm> alarms, CancellationToken cancellation)
    {
        foreach (var alarm in alarms)
        {
            var isKept = await context.Set<Alarm>().AnyAsync(row => row.Id == alarm.Id, cancellation);
            if (isKept) context.Update(alarm);
            else context.Add(alarm);
        }

        await context.SaveChangesAsync(cancellation);
        if (!alarms.Any(alarm => alarm.EndTime is not null)) return true;
        var ended = context.Set<Alarm>().Where(alarm => alarm.EndTime != null);
        var oldest = await ended.Select(alarm => alarm.Id).OrderDescending().Skip(KeptEnded).FirstOrDefaultAsync(cancellation);
        await ended.Where(alarm => alarm.Id <= oldest).ExecuteDeleteAsync(cancellation);
        return true;
    }

    /// <summary>What was kept before the start. An alarm that was raised anew meanwhile goes on as the one from before.</summary>
    private async Task<bool> LoadAsync(CancellationToken cancellation)
    {
        var read = await database.ReadAsync<(List<Alarm> Open, List<Alarm> Events, List<AlarmSettings> Settings, long LastId)>(
            async (context, cancel) => (
                await context.Set<Alarm>().Where(alarm => alarm.EndTime == null).ToListAsync(cancel),
                await context.Set<Alarm>().Where(alarm => alarm.EndTime != null && alarm.Occurrence != "").OrderBy(alarm => alarm.Id).ToListAsync(cancel),
                await context.Set<AlarmSettings>().ToListAsync(cancel),
                await context.Set<Alarm>().MaxAsync(alarm => (long?)alarm.Id, cancel) ?? 0),
            cancellation);
        if (!read.TryGet(out var kept, out _)) return false;
        lock (_lock)
        {
            foreach (var settings in kept.Settings) _silentAfter.TryAdd(settings.Station, settings.SilentAfter);
            foreach (var alarm in kept.Events) _done[(alarm.Kind, alarm.Station)] = alarm.Occurrence;
            foreach (var alarm in kept.Open)
            {
                var key = (alarm.Kind, alarm.Station);
                if (!_open.TryGetValue(key, out var raised))
                {
                    _open[key] = alarm;
                    continue;
                }

                _unsaved.Remove(raised.Id);
                _open[key] = alarm;
                Set(key, alarm.IsActive ? alarm with { ClearTime = raised.ClearTime } : RaisedAgain(alarm, raised.Severity, raised.Message, raised.Occurrence, raised.RaiseTime));
            }

            // Events that were acknowledged before the start are over.
            foreach (var (key, alarm) in _open.Where(pair => pair.Value.Occurrence.Length > 0 && _done.GetValueOrDefault(pair.Key) == pair.Value.Occurrence).ToList())
            {
                _open.Remove(key);
                _unsaved.Remove(alarm.Id);
            }

            _lastId = Math.Max(_lastId, kept.LastId);
            _isLoaded = true;
            Show();
        }

        return true;
    }

    private void Raise((AlarmKind Kind, string Station) key, AlarmCondition condition, DateTimeOffset now)
    {
        if (condition.Occurrence.Length > 0 && _done.GetValueOrDefault(key) == condition.Occurrence) return;
        if (!_open.TryGetValue(key, out var alarm))
        {
            _lastId = Math.Max(_lastId + 1, now.ToUnixTimeMilliseconds());
            alarm = new Alarm
            {
                Id = _lastId,
                Kind = condition.Kind,
                Station = condition.Station,
                Severity = condition.Severity,
                Message = condition.Message,
                Occurrence = condition.Occurrence,
                FirstTime = now,
                RaiseTime = now,
            };
            Set(key, alarm);
            Raised(logger, alarm.Severity, alarm.Kind, alarm.Station, alarm.Message);
        }
        else if (!alarm.IsActive || alarm.Occurrence != condition.Occurrence)
        {
            Set(key, RaisedAgain(alarm, condition.Severity, condition.Message, condition.Occurrence, now));
            Raised(logger, condition.Severity, alarm.Kind, alarm.Station, condition.Message);
        }
        else if (alarm.Severity != condition.Severity || alarm.Message != condition.Message)
        {
            // Who saw the warning has not seen what became of it.
            var next = condition.Severity > alarm.Severity ? Unseen(alarm) : alarm;
            Set(key, next with { Severity = condition.Severity, Message = condition.Message });
        }
    }

    private static Alarm RaisedAgain(Alarm alarm, AlarmSeverity severity, string message, string occurrence, DateTimeOffset now) =>
        Unseen(alarm) with { Severity = severity, Message = message, Occurrence = occurrence, RaiseTime = now, ClearTime = null, Count = alarm.Count + 1 };

    private static Alarm Unseen(Alarm alarm) => alarm with { AcknowledgeTime = null, AcknowledgedBy = "", Note = "" };

    /// <summary>Over where it is acknowledged, not out of the way, and gone, or an event.</summary>
    private static Alarm End(Alarm alarm, DateTimeOffset now)
    {
        if (!alarm.IsAcknowledged || alarm.IsShelved(now) || (alarm.IsActive && alarm.Occurrence.Length == 0)) return alarm;
        return alarm with { ClearTime = alarm.ClearTime ?? now, EndTime = now };
    }

    private async Task<Outcome<Alarm>> ActAsync(long id, string action, string note, Caller caller, Func<Alarm, Outcome<Alarm>> act, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(note);
        if (note.Length > LongestNote || note.Any(char.IsControl))
            return new LineError(LineErrorCode.InvalidAlarm, $"note: has {note.Length} characters, or control characters; write at most {LongestNote} in one line.");

        // Numbers of before the start are known once it is read.
        if (!_isLoaded) await KeepAsync(cancellation);
        return await database.ChangeAsync<Alarm>(
            async (context, cancel) =>
            {
                Alarm? before;
                lock (_lock) before = _open.Values.FirstOrDefault(alarm => alarm.Id == id);
                if (before is null) return new LineError(LineErrorCode.AlarmNotFound, $"There is no alarm {id}, or it is over.");
                if (!act(before).TryGet(out var after, out var refused)) return refused;
                await SaveAsync(context, [after], cancel);
                await audit.AppendAsync(
                    context, caller, action, $"{after.Kind} {after.Station}".TrimEnd(),
                    new { before.Id, before.AcknowledgedBy, before.ShelvedUntil }, new { after.Id, after.AcknowledgedBy, after.ShelvedUntil, Note = note }, cancel);
                context.Committed += () => Take(id, act);
                return after;
            },
            cancellation);
    }

    /// <summary>The same to the alarm as it is now: it may have come or gone while the database wrote.</summary>
    private void Take(long id, Func<Alarm, Outcome<Alarm>> act)
    {
        lock (_lock)
        {
            if (_open.Values.FirstOrDefault(alarm => alarm.Id == id) is not { } alarm || !act(alarm).TryGet(out var after, out _)) return;
            Set((alarm.Kind, alarm.Station), End(after, time.GetUtcNow()));
            Show();
        }
    }

    private void Set((AlarmKind Kind, string Station) key, Alarm alarm)
    {
        if (_open.GetValueOrDefault(key) == alarm) return;
        _unsaved[alarm.Id] = alarm;
        if (alarm.EndTime is null)
        {
            _open[key] = alarm;
            return;
        }

        _open.Remove(key);
        if (alarm.Occurrence.Length > 0) _done[key] = alarm.Occurrence;
    }

    /// <summary>Makes what has changed known.</summary>
    private void Show()
    {
        var now = time.GetUtcNow();
        IReadOnlyList<Alarm> shown =
        [
            .. _open.Values.OrderBy(alarm => alarm.IsShelved(now)).ThenBy(alarm => alarm.IsAcknowledged).ThenByDescending(alarm => alarm.IsActive)
                .ThenByDescending(alarm => alarm.Severity).ThenByDescending(alarm => alarm.RaiseTime).ThenBy(alarm => alarm.Id),
        ];
        if (shown.SequenceEqual(_shown)) return;
        _shown = shown;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    [LoggerMessage(260, LogLevel.Warning, "Alarm raised ({Severity}): {Kind} {Station}: {Message}")]
    private static partial void Raised(ILogger logger, AlarmSeverity severity, AlarmKind kind, string station, string message);

    [LoggerMessage(261, LogLevel.Information, "Alarm gone: {Kind} {Station}")]
    private static partial void Cleared(ILogger logger, AlarmKind kind, string station);
}
