using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace AnomalyLine.Server.Rest;

/// <summary>Messages and enums of the contract as JSON schemas, by the rules of protobuf's JSON form (64-bit numbers and bytes are strings).</summary>
/// <param name="comments">What each is, by its full name.</param>
internal sealed class OpenApiSchemas(IReadOnlyDictionary<string, string> comments)
{
    /// <summary>All that were referred to so far, by name.</summary>
    public JsonObject All { get; } = [];

    /// <summary>A reference to a message, which is added with all that it needs.</summary>
    public JsonObject Reference(MessageDescriptor message)
    {
        if (!All.ContainsKey(message.Name))
        {
            var properties = new JsonObject();
            All[message.Name] = new JsonObject { ["type"] = "object", ["description"] = comments.GetValueOrDefault(message.FullName, ""), ["properties"] = properties };
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                // A reference has no description of its own in OpenAPI 3.0.
                var schema = Of(field);
                properties[field.JsonName] = schema.ContainsKey("$ref")
                    ? new JsonObject { ["allOf"] = new JsonArray(schema), ["description"] = Describe(field) }
                    : With(schema, "description", Describe(field));
            }
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{message.Name}" };
    }

    /// <summary>The comment of a field.</summary>
    public string Describe(FieldDescriptor field) => comments.GetValueOrDefault(field.FullName, "");

    /// <summary>The schema of a field.</summary>
    public JsonObject Of(FieldDescriptor field) => field switch
    {
        { IsMap: true } => new JsonObject { ["type"] = "object", ["additionalProperties"] = One(field.MessageType.FindFieldByNumber(2)) },
        { IsRepeated: true } => new JsonObject { ["type"] = "array", ["items"] = One(field) },
        _ => One(field),
    };

    private JsonObject One(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" => Type("string", "date-time"),
        FieldType.Message when field.MessageType.FullName == "google.protobuf.Duration" => With(Type("string", "duration"), "example", "1.5s"),
        FieldType.Message => Reference(field.MessageType),
        FieldType.Enum => With(Type("string"), "enum", new JsonArray([.. field.EnumType.Values.Select(value => (JsonNode)value.Name)])),
        FieldType.Bool => Type("boolean"),
        FieldType.String => Type("string"),
        FieldType.Bytes => Type("string", "byte"),
        FieldType.Double => Type("number", "double"),
        FieldType.Float => Type("number", "float"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Type("string", "int64"),
        FieldType.UInt64 or FieldType.Fixed64 => Type("string", "uint64"),
        _ => Type("integer"),
    };

    private static JsonObject Type(string type, string? format = null) => format is null ? new() { ["type"] = type } : new() { ["type"] = type, ["format"] = format };

    private static JsonObject With(JsonObject schema, string key, JsonNode value)
    {
        schema[key] = value;
        return schema;
    }
}
