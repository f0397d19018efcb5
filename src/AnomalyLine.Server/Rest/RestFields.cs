using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace AnomalyLine.Server.Rest;

/// <summary>Names and values of a request in JSON, held to a message of the contract.</summary>
internal static class RestFields
{
    /// <summary>The first thing in path and query that is wrong; null where nothing is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="message">What the call takes.</param>
    /// <param name="without">Fields, as the contract spells them, that no parameter can give.</param>
    public static (string Field, string Message)? CheckParameters(HttpRequest request, MessageDescriptor message, IReadOnlyCollection<string> without)
    {
        foreach (var (name, value) in request.RouteValues)
            if (Find(message, name) is { } field && CheckText(field, value?.ToString() ?? "") is { } wrong) return (name, wrong);
        string[] given = [.. request.RouteValues.Keys, .. without];
        foreach (var (name, values) in request.Query)
        {
            if (Find(message, name) is not { } field || given.Contains(field.Name, StringComparer.Ordinal))
                return (name, $"the call has no such parameter; it has {List(message, given)}.");
            if (!field.IsRepeated && values.Count > 1) return (name, "is there more than once; send it once.");
            foreach (var value in values)
                if (CheckText(field, value ?? "") is { } wrong) return (name, wrong);
        }

        return null;
    }

    /// <summary>A message from the path and the query, after <see cref="CheckParameters"/>; fields of messages within it are left out.</summary>
    public static T Read<T>(HttpRequest request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var message = parser.ParseFrom(ByteString.Empty);
        var values = request.RouteValues.Select(value => (Name: value.Key, Texts: (IEnumerable<string>)[value.Value?.ToString() ?? ""]))
            .Concat(request.Query.Select(value => (Name: value.Key, Texts: value.Value.Select(text => text ?? ""))));
        foreach (var (name, texts) in values)
        {
            if (FindOne(message.Descriptor, name) is { } field)
                message.MergeFrom((T)JsonParser.Default.Parse($"{{\"{field.JsonName}\":{ToJson(field, texts)}}}", message.Descriptor));
        }

        return message;
    }

    /// <summary>
    /// The field that a path or query parameter names: its JSON name or that of the contract, with dots into messages; null if there is none that a
    /// parameter can give.
    /// </summary>
    public static FieldDescriptor? Find(MessageDescriptor message, string path)
    {
        FieldDescriptor? field = null;
        foreach (var part in path.Split('.'))
        {
            if (field is not null && (field.FieldType != FieldType.Message || field.IsRepeated)) return null;
            field = FindOne(field?.MessageType ?? message, part);
            if (field is null) return null;
        }

        return field is null || (field.FieldType == FieldType.Message && !IsText(field.MessageType)) ? null : field;
    }

    /// <summary>What is wrong with a parameter's value; null where nothing is.</summary>
    public static string? CheckText(FieldDescriptor field, string text)
    {
        if (field.FieldType == FieldType.Bool && !bool.TryParse(text, out _)) return Wrong(field, text);
        return IsValue(field, ToJson(field, [text])) ? null : Wrong(field, text);
    }

    /// <summary>The first thing in a body that is wrong, with its path; null where nothing is.</summary>
    public static (string Field, string Message)? Check(ReadOnlyMemory<byte> body, MessageDescriptor message)
    {
        // JSON whose text is none is found only where it is read.
        if (!Utf8.IsValid(body.Span)) return ("body", "is no JSON: it is not UTF-8");
        try
        {
            using var document = JsonDocument.Parse(body);
            return Check(document.RootElement, message, "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("body", $"is no JSON ({e.Message.ReplaceLineEndings(" ")})");
        }
    }

    private static (string Field, string Message)? Check(JsonElement body, MessageDescriptor message, string path)
    {
        if (body.ValueKind != JsonValueKind.Object) return (path.Length == 0 ? "body" : path, "is no JSON object; send {…}.");
        var seen = new HashSet<FieldDescriptor>();
        foreach (var property in body.EnumerateObject())
        {
            var place = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (FindOne(message, property.Name) is not { } field) return (place, $"{message.Name} has no such field; it has {List(message, [])}.");
            if (!seen.Add(field)) return (place, "is there more than once; send it once.");
            if ((IsMessage(field) ? CheckMessages(property.Value, field, place) : CheckValue(property.Value, field, place)) is { } wrong) return wrong;
        }

        return null;
    }

    /// <summary>The fields of a message but for some, for people.</summary>
    public static string List(MessageDescriptor message, IEnumerable<string> without) =>
        message.Fields.InFieldNumberOrder().Where(field => !without.Contains(field.Name, StringComparer.Ordinal))
            .Select(field => field.JsonName).ToList() is { Count: > 0 } names
            ? string.Join(", ", names)
            : "none";

    private static (string Field, string Message)? CheckMessages(JsonElement value, FieldDescriptor field, string place)
    {
        if (value.ValueKind == JsonValueKind.Null) return null;
        if (!field.IsRepeated) return Check(value, field.MessageType, place);
        if (value.ValueKind != JsonValueKind.Array) return (place, "is no list; send […].");
        foreach (var (i, item) in value.EnumerateArray().Index())
            if (Check(item, field.MessageType, $"{place}[{i}]") is { } wrong) return wrong;
        return null;
    }

    private static (string Field, string Message)? CheckValue(JsonElement value, FieldDescriptor field, string place) =>
        IsValue(field, value.GetRawText()) ? null : (place, Wrong(field, value.GetRawText()));

    /// <summary>By the parser that came with the contract: it knows each type's forms.</summary>
    private static bool IsValue(FieldDescriptor field, string json)
    {
        try
        {
            JsonParser.Default.Parse($"{{\"{field.JsonName}\":{json}}}", field.ContainingType);
            return true;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string ToJson(FieldDescriptor field, IEnumerable<string> texts)
    {
        // true, false and an enum's number stand as they are; all else has a form as text.
        bool IsWord(string text) => field.FieldType == FieldType.Bool || (field.FieldType == FieldType.Enum && int.TryParse(text, CultureInfo.InvariantCulture, out _));
        var values = texts.Select(text => IsWord(text) ? text.ToLowerInvariant() : JsonSerializer.Serialize(text)).ToList();
        return field.IsRepeated ? $"[{string.Join(',', values)}]" : values[0];
    }

    private static string Wrong(FieldDescriptor field, string text) => $"is {(text.Length <= 40 ? text : text[..40] + "…")}; send {Kind(field)}.";

    private static string Kind(FieldDescriptor field)
    {
        var one = field.FieldType switch
        {
            FieldType.Enum => $"one of {string.Join(", ", field.EnumType.Values.Select(value => value.Name))}",
            FieldType.Bool => "true or false",
            FieldType.String => "text",
            FieldType.Bytes => "base64",
            FieldType.Double or FieldType.Float => "a number",
            FieldType.Message when field.IsMap => "an object of names and values",
            FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" => "a time such as 2026-01-31T08:00:00Z",
            FieldType.Message => "a duration such as 1.5s",
            FieldType.UInt32 or FieldType.UInt64 or FieldType.Fixed32 or FieldType.Fixed64 => "a whole number of at least 0",
            _ => "a whole number",
        };
        return field is { IsRepeated: true, IsMap: false } ? $"a list, each {one}" : one;
    }

    /// <summary>Whether a field is a message whose fields are fields of the JSON, and not one that has a form of its own.</summary>
    private static bool IsMessage(FieldDescriptor field) => field is { FieldType: FieldType.Message, IsMap: false } && !IsText(field.MessageType);

    private static bool IsText(MessageDescriptor message) => message.File.Package == "google.protobuf";

    private static FieldDescriptor? FindOne(MessageDescriptor message, string name) =>
        message.Fields.InFieldNumberOrder().FirstOrDefault(
            field => string.Equals(field.JsonName, name, StringComparison.Ordinal) || string.Equals(field.Name, name, StringComparison.Ordinal));
}
