using System.Globalization;
using System.Text.Json;

namespace AnomalyLine.EndToEnd.Tests.Harness;

/// <summary>A real OPC UA client (opcua-client.mjs on node-opcua) as a process; keeps all that it is told.</summary>
internal sealed class OpcUaClient : IAsyncDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private readonly Lock _gate = new();
    private readonly List<OpcUaEvent> _events = [];
    private readonly List<OpcUaTag> _changes = [];
    private readonly Dictionary<int, List<OpcUaTag>> _reads = [];
    private readonly List<(string What, long At)> _connections = [];
    private readonly RunningProgram _program;
    private int _lastRead;

    private OpcUaClient(string endpoint, string pkiFolder, IEnumerable<string> watched) => _program = RunningProgram.Start(
        Programs.Node, [Path.Combine(AppContext.BaseDirectory, "opcua-client.mjs"), Programs.GatewayFolder, endpoint, pkiFolder, .. watched], onLine: Take);

    public IReadOnlyList<OpcUaEvent> Events => Copy(_events);

    /// <summary>What the watched tags became.</summary>
    public IReadOnlyList<OpcUaTag> Changes => Copy(_changes);

    /// <summary>"connected" and "lost" with their times, ns.</summary>
    public IReadOnlyList<(string What, long At)> Connections => Copy(_connections);

    /// <summary>Connects and subscribes to the events of the whole line.</summary>
    /// <param name="endpoint">The gateway's.</param>
    /// <param name="pkiFolder">Folder for the client's own keys.</param>
    /// <param name="watched">Tags to subscribe to with sampling interval 0, such as "a.Sequence".</param>
    public static async Task<OpcUaClient> ConnectAsync(string endpoint, string pkiFolder, params IReadOnlyCollection<string> watched)
    {
        var client = new OpcUaClient(endpoint, pkiFolder, watched);
        await client.UntilAsync(
            () => client.Connections.Count > 0 && client.Changes.Select(change => change.Tag).Distinct().Count() == watched.Count, TimeSpan.FromSeconds(60), "an OPC UA connection with its tags");
        return client;
    }

    /// <summary>Waits until something holds that changes with what the client is told.</summary>
    public Task UntilAsync(Func<bool> holds, TimeSpan limit, string what) => _program.UntilAsync(holds, limit, what);

    /// <summary>Reads tags in one request.</summary>
    public async Task<IReadOnlyDictionary<string, OpcUaTag>> ReadAsync(params IEnumerable<string> tags)
        => (await AskAsync(id => new { id, tags })).ToDictionary(tag => tag.Tag);

    /// <summary>Writes a text; gives the status.</summary>
    public async Task<string> WriteAsync(string tag, string text) => (await AskAsync(id => new { id, tag, texts = new[] { text } }))[0].Status;

    /// <summary>Calls a method of a station that takes texts only; gives the status.</summary>
    public async Task<string> CallAsync(string station, string method, params IReadOnlyList<string> texts)
        => (await AskAsync(id => new { id, tag = station, method, texts }))[0].Status;

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private async Task<List<OpcUaTag>> AskAsync(Func<int, object> ask)
    {
        var id = Interlocked.Increment(ref _lastRead);
        await _program.WriteLineAsync(JsonSerializer.Serialize(ask(id)));
        List<OpcUaTag>? read = null;
        await _program.UntilAsync(() => Find(), TimeSpan.FromSeconds(10), $"the answer to request {id}");
        return read!;

        bool Find()
        {
            lock (_gate) return _reads.TryGetValue(id, out read);
        }
    }

    private List<T> Copy<T>(List<T> list)
    {
        lock (_gate) return [.. list];
    }

    private void Take(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var at = long.Parse(root.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
        lock (_gate)
        {
            switch (root.GetProperty("kind").GetString())
            {
                case "event":
                    _events.Add(root.Deserialize<Line>(s_json)!.ToEvent(at));
                    break;
                case "tag":
                    _changes.Add(ToTag(root, at));
                    break;
                case "read":
                    _reads[root.GetProperty("id").GetInt32()] = [.. root.GetProperty("tags").EnumerateArray().Select(tag => ToTag(tag, at))];
                    break;
                case { } what:
                    _connections.Add((what, at));
                    break;
            }
        }
    }

    private static OpcUaTag ToTag(JsonElement tag, long at) =>
        new(at, tag.GetProperty("tag").GetString()!, tag.GetProperty("status").GetString()!, tag.TryGetProperty("value", out var value) ? value.Clone() : default);

    private sealed record Line(string Station, uint Sequence, string PartId, bool Pass, int Evaluation, float Score, float Threshold, int ReasonCode, string ModelVersion)
    {
        public OpcUaEvent ToEvent(long at) => new(at, Station, Sequence, PartId, Pass, Evaluation, Score, Threshold, ReasonCode, ModelVersion);
    }
}
