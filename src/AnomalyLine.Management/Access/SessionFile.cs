using System.Text.Json;
using System.Text.Json.Serialization;

namespace AnomalyLine.Management.Access;

/// <summary>The sessions of the console in a file of the data folder that its owner alone may read. It holds no secret of a cookie, and no backup has it: a restore brings no session back that was ended.</summary>
public sealed class SessionFile(string dataFolder)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "sessions.json";

    /// <summary>Folder of the keys by which the server knows its forms and open pages again after a restart; as the sessions in no backup.</summary>
    public const string KeyFolder = "protection";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Where it is.</summary>
    public string FilePath { get; } = Path.Combine(Path.GetFullPath(dataFolder), FileName);

    /// <summary>What is kept; none where there is no file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    /// <exception cref="JsonException">It is no such file.</exception>
    public IReadOnlyList<KeptSession> Read() => File.Exists(FilePath) ? JsonSerializer.Deserialize<List<KeptSession>>(File.ReadAllBytes(FilePath), s_json) ?? [] : [];

    /// <summary>Keeps these in the place of those before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Write(IEnumerable<KeptSession> sessions) => PrivateFile.Write(FilePath, JsonSerializer.SerializeToUtf8Bytes(sessions, s_json));
}
