using System.Globalization;
using System.Text.Json;

namespace AnomalyLine.Camera.Configuration;

/// <summary>The fields of a JSON object, each read once; what is wrong with them is collected, and so is every field that nobody read.</summary>
/// <param name="value">The object.</param>
/// <param name="path">Where it is, for people.</param>
/// <param name="mistakes">What is wrong so far, in the order of the file.</param>
internal sealed class JsonFields(JsonElement value, string path, List<string> mistakes)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The same object under the name that it has itself, or its number.</summary>
    public JsonFields Named(int number) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? new JsonFields(value, $"{path} \"{name.GetString()}\"", mistakes) : new JsonFields(value, $"{path} #{number + 1}", mistakes);

    /// <summary>Something is wrong with a field.</summary>
    public void Mistake(string name, string what) => mistakes.Add($"{(path.Length > 0 ? $"{path}: " : "")}{name}: {what}.");

    /// <summary>A text; null where it is absent or wrong.</summary>
    public string? Text(string name, int most = 1024)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind == JsonValueKind.String && found.GetString() is { } text && text.Length <= most && Imaging.ControlCharacters.Check(text) is null) return text;
        Mistake(name, $"is no text of at most {most} characters without control characters");
        return null;
    }

    /// <summary>One of some words; null where it is absent or wrong.</summary>
    public string? Word(string name, params string[] words)
    {
        if (Text(name) is not { } text) return null;
        if (words.Contains(text, StringComparer.Ordinal)) return text;
        Mistake(name, $"is \"{text}\"; use one of {string.Join(", ", words)}");
        return null;
    }

    /// <summary>A number within limits; null where it is absent or wrong.</summary>
    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind == JsonValueKind.Number && found.TryGetDouble(out var number) && number >= least && number <= most) return number;
        Mistake(name, string.Create(CultureInfo.InvariantCulture, $"is {found.GetRawText()}; it must be a number {least}..{most}"));
        return null;
    }

    /// <summary>A whole number within limits; null where it is absent or wrong.</summary>
    public long? Integer(string name, long least, long most)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out var number) && number >= least && number <= most) return number;
        Mistake(name, $"is {found.GetRawText()}; it must be a whole number {least}..{most}");
        return null;
    }

    /// <summary>true or false; null where it is absent or wrong.</summary>
    public bool? Switch(string name)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind is JsonValueKind.True or JsonValueKind.False) return found.GetBoolean();
        Mistake(name, $"is {found.GetRawText()}; it must be true or false");
        return null;
    }

    /// <summary>Path of a file that is there; null where it is absent or wrong.</summary>
    public string? ExistingFile(string name)
    {
        var file = Text(name);
        if (file is not null && !File.Exists(file)) Mistake(name, $"there is no file {file}");
        return file;
    }

    /// <summary>An object; null where it is absent or wrong.</summary>
    public JsonFields? Object(string name)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind == JsonValueKind.Object) return new JsonFields(found, path.Length > 0 ? $"{path}: {name}" : name, mistakes);
        Mistake(name, "is no object");
        return null;
    }

    /// <summary>A list of objects; empty where it is absent or wrong.</summary>
    public IEnumerable<JsonFields> Objects(string name)
    {
        if (Find(name) is not { } found) return [];
        if (found.ValueKind == JsonValueKind.Array && found.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)) return [.. found.EnumerateArray().Select(item => new JsonFields(item, "camera", mistakes))];
        Mistake(name, "is no list of objects");
        return [];
    }

    /// <summary>All fields, in the order of the file: texts, numbers, and true or false.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Values()
    {
        var values = new List<KeyValuePair<string, object>>();
        foreach (var field in value.EnumerateObject())
        {
            _read.Add(field.Name);
            object? read = field.Value.ValueKind switch
            {
                JsonValueKind.String => field.Value.GetString(),
                JsonValueKind.True or JsonValueKind.False => field.Value.GetBoolean(),
                JsonValueKind.Number => field.Value.TryGetInt64(out var whole) ? (object)whole : field.Value.GetDouble(),
                _ => null,
            };
            if (read is null) Mistake(field.Name, "is neither a text nor a number nor true or false");
            else values.Add(KeyValuePair.Create(field.Name, read));
        }

        return values;
    }

    /// <summary>Every field that is there but was not asked for is a mistake.</summary>
    public void End()
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add($"{path}: is no object.");
            return;
        }

        foreach (var field in value.EnumerateObject().Where(field => !_read.Contains(field.Name))) Mistake(field.Name, "is no field that is known here");
    }

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
    }
}
