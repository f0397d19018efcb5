using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace AnomalyLine.Server.Access;

/// <summary>The sessions of signed-in people, in memory: a restart of the server ends them all. A session without a click for the idle time ends, and every one after the longest time. Any thread.</summary>
internal sealed class SessionTable(TimeSpan idle, TimeSpan longest, TimeProvider time)
{
    /// <summary>More are not kept: the one that was longest without a click makes room.</summary>
    private const int Most = 10_000;

    private const int TokenBytes = 32;

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);

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
        _sessions[session] = new Entry(who with { Session = session }, proof, address, time);
        return token;
    }

    /// <summary>A session and what proved it; null where it has ended.</summary>
    /// <param name="session">Its identity, not the cookie's secret.</param>
    public (Identity Who, string Proof)? Find(string session)
    {
        if (!_sessions.TryGetValue(session, out var entry)) return null;
        if (!IsOver(entry)) return (entry.Who, entry.Proof);
        End(session);
        return null;
    }

    /// <summary>All that have not ended, the newest first.</summary>
    public IReadOnlyList<Session> All => [.. _sessions.Values.Where(entry => !IsOver(entry)).OrderBy(entry => time.GetElapsedTime(entry.Begin))
        .Select(entry => new Session(entry.Who, entry.Address, entry.BeginTime, time.GetUtcNow() - time.GetElapsedTime(entry.LastClick)))];

    /// <summary>Identity of the session of a cookie.</summary>
    public static string IdOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Somebody did something: the idle time begins anew.</summary>
    public void Click(string session)
    {
        if (_sessions.TryGetValue(session, out var entry)) entry.LastClick = time.GetTimestamp();
    }

    /// <summary>What proved it has changed, and the session goes on.</summary>
    public void Prove(string session, string proof)
    {
        if (_sessions.TryGetValue(session, out var entry)) entry.Proof = proof;
    }

    /// <summary>Ends a session.</summary>
    public void End(string session) => _sessions.TryRemove(session, out _);

    private bool IsOver(Entry entry) => time.GetElapsedTime(entry.LastClick) >= idle || time.GetElapsedTime(entry.Begin) >= longest;

    private sealed class Entry(Identity who, string proof, string address, TimeProvider time)
    {
        public long Begin { get; } = time.GetTimestamp();

        public DateTimeOffset BeginTime { get; } = time.GetUtcNow();

        public string Address { get; } = address;

        public Identity Who { get; } = who;

        public string Proof { get; set; } = proof;

        public long LastClick { get; set; } = time.GetTimestamp();
    }
}
