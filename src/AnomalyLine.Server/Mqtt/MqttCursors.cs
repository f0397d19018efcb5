using System.Text.Json;

namespace AnomalyLine.Server.Mqtt;

/// <summary>By station the last inspection that the broker has; in a file, so that a restart goes on behind it. One thread at a time.</summary>
internal sealed class MqttCursors
{
    private readonly string _file;
    private readonly Guid _log;
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private bool _isSaved = true;

    /// <summary>Reads the file. Without one, or with one of another log, it begins with what the log has now.</summary>
    /// <param name="file">The file.</param>
    /// <param name="log">Identity of the log.</param>
    /// <param name="newest">The newest sequences of the stations.</param>
    public MqttCursors(string file, Guid log, IEnumerable<KeyValuePair<string, long>> newest)
    {
        _file = file;
        _log = log;
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Kept>(File.ReadAllText(file)) : null;
        var known = kept?.Log == log ? kept.Sequences : newest;
        foreach (var (station, sequence) in known) _sequences[station] = sequence;
    }

    /// <summary>What the broker has.</summary>
    public IReadOnlyDictionary<string, long> Sequences => _sequences;

    /// <summary>The broker has it.</summary>
    public void Advance(string station, long sequence)
    {
        _sequences[station] = sequence;
        _isSaved = false;
    }

    /// <summary>A station whose log is not what was known of it is followed from now on.</summary>
    public void Forget(string station) => _isSaved = !_sequences.Remove(station) && _isSaved;

    /// <summary>Writes the file, if there is something new.</summary>
    public void Save()
    {
        if (_isSaved) return;
        var fresh = _file + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(new Kept(_log, _sequences)));
        File.Move(fresh, _file, overwrite: true);
        _isSaved = true;
    }

    private sealed record Kept(Guid Log, Dictionary<string, long> Sequences);
}
