using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AnomalyLine.Learning.Methods;

/// <summary>Options to and from JSON and from "key=value" settings; names in camel case, choices in kebab case.</summary>
internal static class OptionsJson
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>All options with their values.</summary>
    public static JsonObject Write(MethodOptions options) => JsonSerializer.SerializeToNode(options, options.GetType(), Json)!.AsObject();

    /// <summary>Options of a type from what <see cref="Write"/> gave.</summary>
    /// <exception cref="JsonException">A name is unknown or a value has the wrong type.</exception>
    public static MethodOptions Read(JsonObject json, Type type) => (MethodOptions)(json.Deserialize(type, Json) ?? throw new JsonException("The options are null."));

    /// <summary>Options with some changed by settings, validated.</summary>
    /// <param name="start">Where to start from.</param>
    /// <param name="settings">Names in any case, with or without hyphens; values as text, lists with commas.</param>
    /// <param name="errors">Everything that is wrong, a sentence each; empty where all is well.</param>
    public static MethodOptions Change(MethodOptions start, IReadOnlyDictionary<string, string> settings, out IReadOnlyList<string> errors)
    {
        var problems = new List<string>();
        var json = Write(start);
        var properties = start.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => json.ContainsKey(NameOf(p))).ToDictionary(p => NameOf(p).ToUpperInvariant(), StringComparer.Ordinal);
        foreach (var (key, text) in settings)
        {
            var name = key.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
            if (!properties.TryGetValue(name, out var property))
                problems.Add($"option '{key}' is unknown; the method has {string.Join(", ", properties.Values.Select(NameOf).Order(StringComparer.Ordinal))}.");
            else if (Parse(text, property.PropertyType) is { } value) json[NameOf(property)] = value;
            else problems.Add($"option '{key}' cannot be '{text}'; it takes {Describe(property.PropertyType)}.");
        }

        var changed = Read(json, start.GetType());
        problems.AddRange(changed.Validate());
        errors = problems;
        return changed;
    }

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static JsonNode? Parse(string text, Type type)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.Integer, culture, out var i) ? i : null;
        if (type == typeof(double)) return double.TryParse(text, NumberStyles.Float, culture, out var d) && double.IsFinite(d) ? d : null;
        if (type == typeof(bool)) return bool.TryParse(text, out var b) ? b : null;
        if (type == typeof(string)) return text;
        if (type == typeof(InputSize)) return InputSize.TryParse(text, out var size) ? JsonSerializer.SerializeToNode(size, Json) : null;
        if (type.IsEnum) return Choices(type).Contains(text, StringComparer.Ordinal) ? text : null;
        var parts = text.Split(',', StringSplitOptions.TrimEntries).Select(p => Parse(p, typeof(int))).ToArray();
        return Array.Exists(parts, p => p is null) ? null : new JsonArray(parts);
    }

    private static string Describe(Type type) => type switch
    {
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(string) => "a name",
        _ when type == typeof(InputSize) => "a number of pixels, or width and height such as 320x192",
        { IsEnum: true } => $"one of {string.Join(", ", Choices(type))}",
        _ => "whole numbers with commas between them",
    };

    private static IEnumerable<string> Choices(Type type) => Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName);
}
