using System.Text.Json;

namespace AnomalyLine.Client;

/// <summary>Where a command writes: results to one, all else to the other, so that what is piped on is only the result.</summary>
/// <param name="result">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="isTerminal">Whether somebody watches standard output.</param>
public sealed class Output(TextWriter result, TextWriter error, bool isTerminal)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Standard output; calls from several threads are safe.</summary>
    public TextWriter Result { get; } = TextWriter.Synchronized(result);

    /// <summary>Standard error; calls from several threads are safe.</summary>
    public TextWriter Error { get; } = TextWriter.Synchronized(error);

    /// <summary>Whether somebody watches standard output.</summary>
    public bool IsTerminal => isTerminal;

    /// <summary>Tells people what a reader must know of a result.</summary>
    public void WriteNotes(IEnumerable<string> notes)
    {
        foreach (var note in notes) Error.WriteLine($"note: {note}");
    }

    /// <summary>Writes an object as one line of JSON with camelCase keys.</summary>
    public void WriteJson(object value) => Result.WriteLine(JsonSerializer.Serialize(value, Json));
}
