using System.Text.Json;
using AnomalyLine.Client;

namespace AnomalyLine.Camera.Configuration;

/// <summary>The cameras of one program (<c>cameras.json</c>, docs/cameras.md).</summary>
/// <param name="Server">The server; null where the command line or the environment says it.</param>
/// <param name="StatusPort">Port on loopback for metrics, health and software triggers; null for none.</param>
/// <param name="Cameras">At least one.</param>
internal sealed record CamerasFile(ServerAddress? Server, int? StatusPort, IReadOnlyList<CameraSettings> Cameras)
{
    private static readonly JsonDocumentOptions Json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the file.</summary>
    /// <exception cref="CommandException">It cannot be read, is no JSON, or has mistakes: all of them, each with its camera and field.</exception>
    public static CamerasFile Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {missing.Message}", ExitCode.WrongUsage);
        }
    }

    /// <summary>Reads its text.</summary>
    /// <exception cref="CommandException">As above.</exception>
    internal static CamerasFile Parse(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Json);
            var mistakes = new List<string>();
            var file = Read(new JsonFields(document.RootElement, "", mistakes));
            return mistakes.Count == 0 ? file : throw new CommandException($"{path}: {(mistakes.Count == 1 ? "1 mistake" : $"{mistakes.Count} mistakes")}:{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}  {mistake}"))}", ExitCode.WrongUsage);
        }
        catch (JsonException damage)
        {
            throw new CommandException($"{path}: is no JSON: {damage.Message}", ExitCode.WrongUsage);
        }
    }

    private static CamerasFile Read(JsonFields root)
    {
        var server = root.Object("server") is { } fields ? ReadServer(fields) : null;
        var port = root.Integer("statusPort", 1, 65_535);
        var cameras = root.Objects("cameras").Select((fields, at) => CameraReader.Read(fields.Named(at))).ToList();
        if (cameras.Count == 0) root.Mistake("cameras", "is missing or empty; name at least one camera");
        foreach (var twice in cameras.Where(camera => camera.Name.Length > 0).GroupBy(camera => camera.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            root.Mistake("cameras", $"{twice.Count()} cameras are called \"{twice.Key}\"; give each a name of its own");
        root.End();
        return new CamerasFile(server, (int?)port, cameras);
    }

    private static ServerAddress? ReadServer(JsonFields fields)
    {
        var text = fields.Text("address") ?? "http://127.0.0.1:8081";
        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
        if (!isAddress) fields.Mistake("address", $"\"{text}\" is no address of a server; write it like http://127.0.0.1:8081");
        var (keyFile, authority, certificate, certificateKey) = (fields.ExistingFile("keyFile"), fields.ExistingFile("ca"), fields.ExistingFile("certificate"), fields.ExistingFile("certificateKey"));
        var sharesMemory = fields.Switch("sharedMemory") ?? true;
        fields.End();
        return isAddress ? new ServerAddress(uri!, null, authority) { KeyFile = keyFile, Certificate = certificate, CertificateKey = certificateKey, SharesMemory = sharesMemory } : null;
    }
}
