using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AnomalyLine.Management.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace AnomalyLine.Server.Access;

/// <summary>
/// The sessions of signed-in people, in memory and in a file, so that a restart of the server ends none. A session without a click for the idle time ends, and every one after the longest time;
/// both go on while the server is down. Any thread.
/// </summary>
internal sealed partial class SessionTable
{
    /// <summary>More are not kept: the one that was longest without a click makes room.</summary>
    private const int Most = 10_000;

    private const int TokenBytes = 32;

    /// <summary>A click is kept so much later at most; what a kill takes away makes a session end that much earlier.</summary>
    private static readonly TimeSpan s_clickPeriod = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly TimeSpan _idle;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly SessionFile _file;
    private readonly ILogger _logger;
    private readonly Lock _saving = new();
    private long _saved;
    private bool _isKept = true;

    /// <summary>The sessions that were kept; none where the file cannot be read.</summary>
    /// <param name="idle">Time without a click after which one ends.</param>
    /// <param name="longest">Time after which one ends in any case.</param>
    /// <param name="file">Where they are kept.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Hears of a file that cannot be used; null for nobody.</param>
    public SessionTable(TimeSpan idle, TimeSpan longest, SessionFile file, TimeProvider time, ILogger<SessionTable>? logger = null)
    {
        (_idle, _longest, _file, _time, _logger) = (idle, longest, file, time, logger ?? NullLogger<SessionTable>.Instance);
        _saved = time.GetTimestamp();
        try
        {
            foreach (var kept in file.Read().Where(kept => Enum.TryParse<IdentityKind>(kept.Kind, out _))) _sessions[kept.Id] = new Entry(kept, time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            LogForgotten(file.FilePath, failure.Message);
        }

        foreach (var (id, entry) in _sessions)
            if (IsOver(entry)) _sessions.TryRemove(id, out _);
    }

    /// <summary>Begins a session.</summary>
    /// <param name="who">Who it is, their <see cref="Identity.Session"/> still empty.</param>
    /// <param name="proof">What ends the session when it changes, such as the hash of the password.</param>
    /// <param name="address">Where it begins.</param>
    /// <returns>The secret of the cookie.</returns>
    public string Begin(Identity who, string proof, string address)
    {
        foreach (var (id, entry) in _sessions)
            if (IsOver(entry)) _sessions.TryRemove(id, out _);
        while (_sessions.Count >= Most) _sessions.TryRemove(_sessions.MinBy(pair => pair.Value.LastClick).Key, out _);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var session = IdOf(token);
        _sessions[session] = new Entry(who with { Session = session }, IdOf(proof), address, _time);
        Save();
        return token;
    }

    /// <summary>Whose session it is; null where it has ended.</summary>
    /// <param name="session">Its identity, not the cookie's secret.</param>
    public Identity? Find(string session)
    {
        if (!_sessions.TryGetValue(session, out var entry)) return null;
        if (!IsOver(entry)) return entry.Who;
        End(session);
        return null;
    }

    /// <summary>Whether this is still what proved it.</summary>
    public bool IsProvedBy(string session, string proof) => _sessions.TryGetValue(session, out var entry) && entry.Proof == IdOf(proof);

    /// <summary>All that have not ended, the newest first.</summary>
    public IReadOnlyList<Session> All => [.. _sessions.Values.Where(entry => !IsOver(entry)).OrderByDescending(entry => entry.Begin)
        .Select(entry => new Session(entry.Who, entry.Address, entry.BeginTime, InstantOf(entry.LastClick)))];

    /// <summary>Identity of the session of a cookie.</summary>
    public static string IdOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Somebody did something: the idle time begins anew.</summary>
    public void Click(string session)
    {
        if (!_sessions.TryGetValue(session, out var entry)) return;
        entry.LastClick = _time.GetTimestamp();
        if (_time.GetElapsedTime(Volatile.Read(ref _saved)) >= s_clickPeriod) Save();
    }

    /// <summary>What proved it has changed, and the session goes on.</summary>
    public void Prove(string session, string proof)
    {
        if (!_sessions.TryGetValue(session, out var entry)) return;
        entry.Proof = IdOf(proof);
        Save();
    }

    /// <summary>Ends a session.</summary>
    public void End(string session)
    {
        if (_sessions.TryRemove(session, out _)) Save();
    }

    private bool IsOver(Entry entry) => _time.GetElapsedTime(entry.LastClick) >= _idle || _time.GetElapsedTime(entry.Begin) >= _longest;

    private DateTimeOffset InstantOf(long timestamp) => _time.GetUtcNow() - _time.GetElapsedTime(timestamp);

    /// <summary>Where the file cannot be written people are let in all the same, until the next start.</summary>
    private void Save()
    {
        lock (_saving)
        {
            Volatile.Write(ref _saved, _time.GetTimestamp());
            try
            {
                _file.Write(_sessions.Select(pair => new KeptSession(
                    pair.Key, pair.Value.Who.Kind.ToString(), pair.Value.Who.Name, pair.Value.Who.Role, pair.Value.Proof, pair.Value.Address, pair.Value.BeginTime, InstantOf(pair.Value.LastClick))));
                _isKept = true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (_isKept) LogNotKept(_file.FilePath, failure.Message);
                _isKept = false;
            }
        }
    }

    [LoggerMessage(EventId = 133, Level = LogLevel.Warning, Message = "Everybody has to sign in again: the sessions in {Path} cannot be read ({Reason})")]
    private partial void LogForgotten(string path, string reason);

    [LoggerMessage(EventId = 134, Level = LogLevel.Warning, Message = "The next start of the server ends the sessions of now: {Path} cannot be written ({Reason})")]
    private partial void LogNotKept(string path, string reason);

    private sealed class Entry(Identity who, string proof, string address, TimeProvider time)
    {
        /// <summary>One of before the start. A clock that was set back meanwhile makes no session younger than new.</summary>
        public Entry(KeptSession kept, TimeProvider time)
            : this(new Identity(Enum.Parse<IdentityKind>(kept.Kind), kept.Name, kept.Role, kept.Id), kept.Proof, kept.Address, time)
        {
            var now = time.GetUtcNow();
            (Begin, BeginTime, LastClick) = (Before(kept.Begin), kept.Begin, Before(kept.LastClick));

            long Before(DateTimeOffset instant) => time.GetTimestamp() - (long)(Math.Max(0, (now - instant).TotalSeconds) * time.TimestampFrequency);
        }

        public long Begin { get; } = time.GetTimestamp();

        public DateTimeOffset BeginTime { get; } = time.GetUtcNow();

        public string Address { get; } = address;

        public Identity Who { get; } = who;

        public string Proof { get; set; } = proof;

        public long LastClick { get; set; } = time.GetTimestamp();
    }
}
