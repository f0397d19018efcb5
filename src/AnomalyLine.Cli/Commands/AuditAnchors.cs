using System.Globalization;
using System.Text.RegularExpressions;
using AnomalyLine.Contracts.V1;

namespace AnomalyLine.Cli.Commands;

/// <summary>Numbers and hashes of entries of the audit that somebody kept elsewhere: messages of syslog as collectors write them, or an export, a line each.</summary>
internal sealed partial class AuditAnchors
{
    private readonly SortedDictionary<ulong, string> _hashes = [];
    private (ulong Sequence, string Reason)? _torn;

    private AuditAnchors()
    {
    }

    /// <summary>Entries that it knows.</summary>
    public int Count => _hashes.Count;

    /// <summary>Reads a file; lines without an entry, such as other programs', do not count.</summary>
    /// <exception cref="CommandException">It has no entry at all.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuditAnchors Read(string path)
    {
        var anchors = new AuditAnchors();
        foreach (var line in File.ReadLines(path))
        {
            var found = Message().Match(line) is { Success: true } message ? message : Exported().Match(line);
            if (!found.Success) continue;
            var (sequence, hash) = (ulong.Parse(found.Groups["sequence"].ValueSpan, CultureInfo.InvariantCulture), found.Groups["hash"].Value);
            if (!anchors._hashes.TryAdd(sequence, hash) && anchors._hashes[sequence] != hash) anchors._torn ??= (sequence, $"{path} has entry {sequence} with two hashes: the chain was made anew between the two");
        }

        return anchors.Count > 0 ? anchors : throw new CommandException($"{path}: has no entry of an audit; name a file of syslog messages with their structured data, or one of 'anomalyline audit export'.");
    }

    /// <summary>
    /// The first entry that is another one now, or missing; null for none. Of those that were removed because they were old enough, the last one is known by the entry behind it.
    /// </summary>
    /// <param name="entries">The audit, from the first entry that is there on.</param>
    /// <param name="removedThrough">Number of the last entry that was removed, by a cut that is signed; 0 for none.</param>
    public async Task<(ulong Sequence, string Reason)?> FindBrokenAsync(IAsyncEnumerable<AuditEntry> entries, ulong removedThrough = 0)
    {
        if (_torn is not null) return _torn;
        var left = new SortedSet<ulong>(_hashes.Keys.Where(sequence => sequence > removedThrough));
        if (left.Count == 0 && !_hashes.ContainsKey(removedThrough)) return null;
        await foreach (var entry in entries)
        {
            if (entry.Sequence == removedThrough + 1 && _hashes.TryGetValue(removedThrough, out var kept) && entry.PreviousHash != kept)
                return (removedThrough, $"entry {removedThrough}, the last one that was removed, had the hash {entry.PreviousHash}, but was kept elsewhere with {kept}: the chain was made anew");
            if (left.Remove(entry.Sequence) && _hashes[entry.Sequence] != entry.Hash) return (entry.Sequence, $"entry {entry.Sequence} has the hash {entry.Hash}, but was kept elsewhere with {_hashes[entry.Sequence]}: the chain was made anew");
            if (left.Count == 0) return null;
        }

        return (left.Min, $"entry {left.Min} was kept elsewhere and is missing here");
    }

    [GeneratedRegex("sequence=\"(?<sequence>[0-9]{1,18})\" hash=\"(?<hash>[0-9a-f]{64})\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Message();

    [GeneratedRegex("^\\{\"sequence\":\\s*(?<sequence>[0-9]{1,18}),.*\"hash\":\\s*\"(?<hash>[0-9a-f]{64})\"\\}\\s*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exported();
}
