using System.Text.Json;

namespace AnomalyLine.Server.OpcUaGateway;

/// <summary>A line of the gateway's log: pino's JSON, or plain text that something else printed.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Message">What it says, its fields as "name=value" after it.</param>
/// <param name="IsListening">Whether it says that the endpoint is open.</param>
/// <param name="Stack">Where the error was thrown, in one line; empty where it says of none.</param>
internal sealed record GatewayLine(LogLevel Level, string Message, bool IsListening, string Stack = "")
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal) { "level", "time", "pid", "hostname", "msg", "name", "err" };

    /// <summary>Whether it says only that the gateway runs: no line for a log.</summary>
    public bool IsSignOfLife => string.Equals(Message, "alive", StringComparison.Ordinal);

    public static GatewayLine Parse(string line)
    {
        if (!line.StartsWith('{')) return new GatewayLine(LogLevel.Information, line, false);
        try
        {
            using var document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new GatewayLine(LogLevel.Information, line, false);
        }
    }

    private static GatewayLine Read(JsonElement root)
    {
        var words = new List<string> { Text(root, "msg") };
        var stack = "";
        if (root.TryGetProperty("err", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            words.Add(Text(error, "message"));
            stack = string.Join(' ', Text(error, "stack").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        words.AddRange(root.EnumerateObject().Where(field => !s_known.Contains(field.Name)).Select(field => $"{field.Name}={field.Value}"));
        var level = root.TryGetProperty("level", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var pino) ? ToLogLevel(pino) : LogLevel.Information;
        return new GatewayLine(level, string.Join(' ', words.Where(word => word.Length > 0)), root.TryGetProperty("endpoint", out _), stack);
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static LogLevel ToLogLevel(int pino) => pino switch
    {
        < 20 => LogLevel.Trace,
        < 30 => LogLevel.Debug,
        < 40 => LogLevel.Information,
        < 50 => LogLevel.Warning,
        < 60 => LogLevel.Error,
        _ => LogLevel.Critical,
    };
}
