using System.Collections.Concurrent;
using System.Text.Json;

namespace AnomalyLine.Server.Forwarding;

/// <summary>
/// What a receiver has: by station the last inspection, and words that it keeps of what it was told beside. In a file, so that a restart goes on
/// behind it. Changed by one thread at a time.
/// </summary>
internal sealed class LogCursors
{
    private readonly string _file;
    private readonly ConcurrentDictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _notes = new(StringComparer.Ordinal);
    private bool _isSaved = true;

    /// <summary>Reads the file. Without one, or with one of another log, it begins with what the log has now.</summary>
    /// <param name="file">The file.</param>
    /// <param name="log">Identity of the log.</param>
    /// <param name="newest">The newest sequences of the stations.</param>
    public LogCursors(string file, Guid log, IEnumerable<KeyValuePair<string, long>> newest)
    {
        _file = file;
        Log = log;
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Kept>(File.ReadAllText(file)) : null;
        var isSame = kept?.Log == log;
        foreach (var (station, sequence) in isSame ? kept!.Sequences : newest) _sequences[station] = sequence;
        foreach (var (key, note) in (isSame ? kept!.Notes : null) ?? []) _notes[key] = note;
    }

    /// <summary>Identity of the log.</summary>
    public Guid Log { get; }

    /// <summary>The last inspections that the receiver has; read by any thread.</summary>
    public IReadOnlyDictionary<string, long> Sequences => _sequences;

    /// <summary>What it keeps beside.</summary>
    public IReadOnlyDictionary<string, string> Notes => _notes;

    /// <summary>The receiver has it.</summary>
    public void Advance(string station, long sequence)
    {
        _sequences[station] = sequence;
        _isSaved = false;
    }

    /// <summary>A station whose log is not what was known of it is followed from now on.</summary>
    public void Forget(string station) => _isSaved = !_sequences.TryRemove(station, out _) && _isSaved;

    /// <summary>Keeps a word.</summary>
    public void Note(string key, string note)
    {
        _notes[key] = note;
        _isSaved = false;
    }

    /// <summary>Writes the file, if there is something new.</summary>
    public void Save()
    {
        if (_isSaved) return;
        var fresh = _file + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(new Kept(Log, new(_sequences, StringComparer.Ordinal), _notes)));
        File.Move(fresh, _file, overwrite: true);
        _isSaved = true;
    }

    private sealed record Kept(Guid Log, Dictionary<string, long> Sequences, Dictionary<string, string>? Notes = null);
}
