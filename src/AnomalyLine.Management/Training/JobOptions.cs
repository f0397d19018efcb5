using System.Text.Json;

namespace AnomalyLine.Management.Training;

/// <summary>The changed options of a training as they are kept: a JSON object of texts. Older jobs, and the form of the console, have lines of "key=value".</summary>
public static class JobOptions
{
    /// <summary>As text to keep; empty for none.</summary>
    public static string Write(IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Count == 0 ? "" : JsonSerializer.Serialize(options);
    }

    /// <summary>From what was kept; of two of one name the later one counts. A line without "=" is a name without a value.</summary>
    public static IReadOnlyDictionary<string, string> Read(string kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (kept is ['{', ..]) return JsonSerializer.Deserialize<Dictionary<string, string>>(kept) ?? [];
        return kept.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .GroupBy(pair => pair[0], StringComparer.Ordinal).ToDictionary(pairs => pairs.Key, pairs => pairs.Last() is [_, var value] ? value : "", StringComparer.Ordinal);
    }
}
